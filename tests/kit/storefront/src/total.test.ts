import { expect, it } from "vitest";
import { total } from "./total";

it("adds up", () => {
  expect(total([100, 250])).toBe(350);
});

it("never falls below zero", () => {
  expect([total([100], 40), total([100], 200)]).toEqual([60, 0]);
});
