import { AddressTurns } from "./address-turns.ts";
import type { Limits } from "./limits.ts";
import { SlowLane } from "./slow-lane.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Accounts without sockets are kept only until their bucket is full; no flood of addresses gets more than so many of some 400 bytes. */
const MAX_ACCOUNTS = 100_000;

/** What all sockets of one address share. */
export interface AddressAccount {
  readonly bucket: TokenBucket;
  /** Of its sockets, within that bucket. */
  readonly turns: AddressTurns;
  /** Being admitted, or admitted and not closed. */
  sockets: number;
  subscriptions: number;
}

/** Who spends how much, by address: reconnecting gives nobody a new budget. */
export class AddressLedger {
  readonly #limits: Limits;
  readonly #accounts = new Map<string, AddressAccount>();
  readonly #lane = new SlowLane();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#accounts.size;
  }

  /** Counts a connection and charges for it. Returns undefined, charging nothing, when the address has too many or connects too often. */
  connect(address: string, nowMs: number): AddressAccount | undefined {
    const account = this.#accounts.get(address) ?? this.#open(address, nowMs);
    const { maxSocketsPerAddress, tokensPerConnection } = this.#limits;
    if (account.sockets >= maxSocketsPerAddress || !account.bucket.has(tokensPerConnection, nowMs)) return undefined;
    account.bucket.spend(tokensPerConnection, nowMs);
    account.sockets++;
    return account;
  }

  /** Forgets accounts that nothing tells from new ones. */
  sweep(nowMs: number): void {
    for (const [address, { sockets, bucket }] of this.#accounts) {
      if (sockets === 0 && bucket.isFull(nowMs)) this.#accounts.delete(address);
    }
  }

  #open(address: string, nowMs: number): AddressAccount {
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#forgetIdle();
    const { addressBurstTokens, addressTokensPerSecond } = this.#limits;
    const bucket = new TokenBucket(addressBurstTokens, addressTokensPerSecond, nowMs);
    const account = { bucket, turns: new AddressTurns(bucket, this.#lane), sockets: 0, subscriptions: 0 };
    this.#accounts.set(address, account);
    return account;
  }

  /** Those with sockets are fewer than the sockets there may be. */
  #forgetIdle(): void {
    for (const [address, { sockets }] of this.#accounts) if (sockets === 0) this.#accounts.delete(address);
  }
}
