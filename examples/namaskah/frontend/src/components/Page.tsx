import { useEffect, useRef, type ReactNode } from "react";

/** A page with its title; focus moves to the heading, so that a screen reader follows the navigation. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <>
      <title>{`${title} · Namaskah`}</title>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </>
  );
}
