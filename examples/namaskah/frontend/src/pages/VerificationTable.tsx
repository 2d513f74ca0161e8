import { Link } from "react-router";
import type { Verification } from "../api/documents";
import { StatusBadge } from "../components/StatusBadge";
import { Waiting } from "../components/Waiting";
import { money, time } from "../format";
import { useLoaded } from "../hooks/useLoaded";
import { useSession } from "../session/session";

/** The latest verifications, newest first. */
export function VerificationTable() {
  const { api } = useSession();
  const [loaded, reload] = useLoaded(api.verifications);
  return (
    <Waiting loaded={loaded} reload={reload}>
      {({ items }) =>
        items.length === 0 ? (
          <p>
            Nothing bought yet. <Link to="/buy">Buy your first number</Link>
          </p>
        ) : (
          <table aria-labelledby="verifications">
            <thead>
              <tr>
                <th scope="col">Number</th>
                <th scope="col">Service</th>
                <th scope="col">State</th>
                <th scope="col">Code</th>
                <th scope="col">Price</th>
                <th scope="col">Bought</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <VerificationRow key={item.id} item={item} />
              ))}
            </tbody>
          </table>
        )
      }
    </Waiting>
  );
}

function VerificationRow({ item }: { item: Verification }) {
  return (
    <tr>
      <th scope="row">
        <Link to={`/verifications/${item.id}`}>{item.phone_number ?? `Order ${item.id}`}</Link>
      </th>
      <td>
        {item.service_code}, {item.country}
      </td>
      <td>
        <StatusBadge status={item.status} />
      </td>
      <td>{item.code ?? "–"}</td>
      <td className="amount">{money(item.price_cents)}</td>
      <td>{time(item.created_at)}</td>
    </tr>
  );
}
