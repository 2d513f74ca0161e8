import { useRef, useState, type SubmitEvent } from "react";
import { useNavigate } from "react-router";
import { ApiError } from "../api/errors";
import type { Service } from "../api/documents";
import type { Order } from "../api/namaskah";
import { Field } from "../components/Field";
import { Page } from "../components/Page";
import { Problem } from "../components/Problem";
import { Waiting } from "../components/Waiting";
import { country, money } from "../format";
import { useLoaded } from "../hooks/useLoaded";
import { useTask } from "../hooks/useTask";
import { useSession } from "../session/session";

export function BuyPage() {
  const { api } = useSession();
  const [catalogue, reload] = useLoaded(api.services);
  return (
    <Page title="Buy a verification">
      <Waiting loaded={catalogue} reload={reload}>
        {({ items }) => <OrderForm services={items} />}
      </Waiting>
    </Page>
  );
}

function OrderForm({ services }: { services: Service[] }) {
  const { isBusy, error, run } = useTask();
  const place = useOrder();
  const [code, setCode] = useState("US");

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const service = new FormData(event.currentTarget).get("service") as string;
    run(() => place({ service, country: code }));
  };

  return (
    <form className="card" onSubmit={submit}>
      <fieldset>
        <legend>Service</legend>
        <div className="choices">
          {services.map((service, index) => (
            <Choice key={service.code} service={service} isFirst={index === 0} />
          ))}
        </div>
      </fieldset>
      <Field
        label="Country"
        name="country"
        value={code}
        onChange={(event) => {
          setCode(event.currentTarget.value.toUpperCase());
        }}
        pattern="[A-Z]{2}"
        maxLength={2}
        autoComplete="country"
        required
        hint={country(code) ?? "Two letters, such as US, GB or NG."}
      />
      <Problem error={error} />
      <button type="submit" disabled={isBusy}>
        Buy number
      </button>
    </form>
  );
}

function Choice({ service, isFirst }: { service: Service; isFirst: boolean }) {
  const id = `service-${service.code}`;
  return (
    <div className="choice">
      <input id={id} type="radio" name="service" value={service.code} defaultChecked={isFirst} />
      <label htmlFor={id}>
        {service.name} <span className="price">{money(service.price_cents)}</span>
      </label>
    </div>
  );
}

/** Place an order once: while nobody has answered, repeating the same order carries the same key. */
function useOrder(): (order: Order) => Promise<void> {
  const { api } = useSession();
  const navigate = useNavigate();
  const open = useRef({ order: "", key: "" });

  return async (order) => {
    const wanted = `${order.service}/${order.country}`;
    if (open.current.order !== wanted) open.current = { order: wanted, key: newKey() };
    try {
      const bought = await api.buy(order, open.current.key);
      await navigate(`/verifications/${bought.id}`);
    } catch (error) {
      if (error instanceof ApiError) open.current = { order: "", key: "" };
      throw error;
    }
  };
}

// randomUUID exists in secure contexts alone, and a development server in the local network is none.
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
