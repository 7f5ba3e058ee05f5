import { describe, expect, test } from "vitest";
import { AddressLedger } from "./address-ledger.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const LIMITS = {
  ...DEFAULT_LIMITS,
  maxSocketsPerAddress: 3,
  addressBurstTokens: 40,
  addressTokensPerSecond: 10,
  tokensPerConnection: 10,
};

describe("T10: an address", () => {
  test("has so many sockets at a time, whatever others have", () => {
    const ledger = new AddressLedger(LIMITS);
    const accounts = [1, 2, 3].map(() => ledger.connect("a", 0));
    expect(accounts.every((account) => account !== undefined)).toBe(true);
    expect(ledger.connect("a", 0)).toBeUndefined();
    expect(ledger.connect("b", 0)).toBeDefined();
    accounts[0]!.sockets--;
    expect(ledger.connect("a", 0)).toBe(accounts[0]);
  });

  test("connects so often, and what was refused costs nothing", () => {
    const ledger = new AddressLedger(LIMITS);
    const connectAndLeave = (nowMs: number): boolean => {
      const account = ledger.connect("a", nowMs);
      if (account !== undefined) account.sockets--;
      return account !== undefined;
    };
    expect([0, 0, 0, 0, 0, 500, 1000, 1000].map(connectAndLeave)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  test("is forgotten when it has no sockets and owes nothing", () => {
    const ledger = new AddressLedger(LIMITS);
    const [gone, here] = [ledger.connect("gone", 0)!, ledger.connect("here", 0)!];
    gone.sockets--;
    ledger.sweep(999);
    expect(ledger.size).toBe(2);
    ledger.sweep(1000);
    expect(ledger.size).toBe(1);
    expect(ledger.connect("here", 1000)).toBe(here);
  });

  test("is one of a bounded number, and those with sockets are kept", () => {
    const ledger = new AddressLedger(LIMITS);
    const here = ledger.connect("here", 0);
    for (let i = 0; i < 250_000; i++) {
      const account = ledger.connect(`flood ${i}`, 0)!;
      account.sockets--;
    }
    expect(ledger.size).toBeLessThanOrEqual(100_000);
    expect(ledger.connect("here", 0)).toBe(here);
  });
});
