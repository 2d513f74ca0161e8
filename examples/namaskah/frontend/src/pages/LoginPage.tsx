import { Link } from "react-router";
import { Page } from "../components/Page";
import { useSession } from "../session/session";
import { CredentialsForm } from "./CredentialsForm";

export function LoginPage() {
  const { api, begin, notice } = useSession();
  return (
    <Page title="Log in">
      {notice && (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      <CredentialsForm
        action="Log in"
        passwordKind="current-password"
        onSubmit={async (credentials) => {
          const { access_token } = await api.logIn(credentials);
          begin({ email: credentials.email, token: access_token });
        }}
      />
      <p>
        New here? <Link to="/register">Create an account</Link>
      </p>
    </Page>
  );
}
