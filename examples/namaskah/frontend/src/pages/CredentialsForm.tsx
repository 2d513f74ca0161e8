import type { SubmitEvent } from "react";
import type { Credentials } from "../api/namaskah";
import { Field } from "../components/Field";
import { Problem } from "../components/Problem";
import { useTask } from "../hooks/useTask";

interface CredentialsFormProps {
  action: string;
  passwordKind: "new-password" | "current-password";
  onSubmit: (credentials: Credentials) => Promise<void>;
}

const LONG_ENOUGH = 10;

/** E-mail address and password. */
export function CredentialsForm({ action, passwordKind, onSubmit }: CredentialsFormProps) {
  const { isBusy, error, run } = useTask();
  const isNew = passwordKind === "new-password";

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const [email, password] = [typed.get("email") as string, typed.get("password") as string];
    run(() => onSubmit({ email, password }));
  };

  return (
    <form className="card" onSubmit={submit}>
      <Problem error={error} />
      <Field label="E-mail" name="email" type="email" autoComplete="email" required />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete={passwordKind}
        required
        {...(isNew ? { minLength: LONG_ENOUGH, hint: `At least ${LONG_ENOUGH} characters.` } : {})}
      />
      <button type="submit" disabled={isBusy}>
        {action}
      </button>
    </form>
  );
}
