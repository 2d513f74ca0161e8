import { Link } from "react-router";
import { Page } from "../components/Page";

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <p>
        Go to your <Link to="/wallet">wallet</Link>.
      </p>
    </Page>
  );
}
