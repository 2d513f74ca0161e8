import { Link } from "react-router";
import { Page } from "../components/Page";
import { useSession } from "../session/session";
import { CredentialsForm } from "./CredentialsForm";

export function RegisterPage() {
  const { api, begin } = useSession();
  return (
    <Page title="Create an account">
      <CredentialsForm
        action="Create account"
        passwordKind="new-password"
        onSubmit={async (credentials) => {
          await api.register(credentials);
          const { access_token } = await api.logIn(credentials);
          begin({ email: credentials.email, token: access_token });
        }}
      />
      <p>
        Registered already? <Link to="/login">Log in</Link>
      </p>
    </Page>
  );
}
