import { describe, expect, it } from "vitest";
import { cents, countdown, country, money } from "./format";

describe("cents", () => {
  it.each([
    ["12.50", 1250],
    ["12.5", 1250],
    [" 3 ", 300],
    ["0.1", 10],
    ["0.29", 29],
  ])("reads %j", (typed, expected) => {
    expect(cents(typed)).toBe(expected);
  });

  it.each(["", "1.234", "-1", "1,5", "ten", "1e3", "12345678"])("refuses %j", (typed) => {
    expect(cents(typed)).toBeNull();
  });
});

it("writes money", () => {
  expect(money(123_456)).toBe("$1,234.56");
  expect(money(-50)).toBe("-$0.50");
});

it("counts down and stops at zero", () => {
  expect([605.9, 9, -3].map(countdown)).toEqual(["10:05", "0:09", "0:00"]);
});

it("names countries", () => {
  expect([country("US"), country("QQ"), country("us"), country("U")]).toEqual([
    "United States",
    null,
    null,
    null,
  ]);
});
