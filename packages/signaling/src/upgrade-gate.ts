import type { IncomingMessage } from "node:http";
import { addressGroup, clientAddress } from "./client-address.ts";
import type { AddressAccount, AddressLedger } from "./address-ledger.ts";
import type { Authorization, AuthorizationRequest, Authorize } from "./authorization.ts";
import type { Visitor } from "./client-session.ts";
import type { HttpRefusal } from "./http-refusal.ts";
import type { Limits } from "./limits.ts";
import { isOriginAllowed } from "./origin-check.ts";
import { within } from "./within.ts";

export interface UpgradeGateOptions {
  readonly limits: Limits;
  readonly addresses: AddressLedger;
  readonly allowedOrigins: readonly string[] | undefined;
  readonly authorize: Authorize | undefined;
  readonly trustedProxyHops: number;
  /** Told that `authorize` failed, which is no answer. */
  readonly authorizeFailed: (error: unknown) => void;
}

/** Where everybody may connect. */
const ALLOWED: Authorization = { allowed: true };

/** Long enough for a burst to be over, for a full server to lose some, for a key set to be there again. */
const RETRY_AFTER_S = 30;

/** Decides on upgrades: cheap checks first, so that a refusal costs the server little. */
export class UpgradeGate {
  readonly #options: UpgradeGateOptions;
  #visitors = 0;
  #draining = false;

  constructor(options: UpgradeGateOptions) {
    this.#options = options;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** From now on nobody is let in. */
  drain(): void {
    this.#draining = true;
  }

  /** Whom it admits counts until `leave`. Never rejects. */
  async admit(request: IncomingMessage): Promise<Visitor | HttpRefusal> {
    const { limits, addresses, allowedOrigins, trustedProxyHops } = this.#options;
    if (this.#draining) return unavailable("the server is shutting down");
    if (this.#visitors >= limits.maxSockets) return unavailable("the server has as many clients as it may have");
    const address = clientAddress(request, trustedProxyHops);
    const account = addresses.connect(addressGroup(address), performance.now());
    if (account === undefined) {
      const reason = "this address has too many connections, or opens them too fast";
      return { status: 429, reason, retryAfterSeconds: RETRY_AFTER_S };
    }
    this.#visitors++;
    const { origin } = request.headers;
    const decision: Authorization | HttpRefusal = isOriginAllowed(origin, allowedOrigins)
      ? await this.#authorize(request, address)
      : { status: 403, reason: "pages of this origin may not connect" };
    const late = this.#draining ? unavailable("the server is shutting down") : decision;
    if ("allowed" in late && late.allowed) {
      const authorized = this.#options.authorize !== undefined;
      return { address, account, admission: late, authorized };
    }
    this.leave(account);
    return { ...late };
  }

  leave(account: AddressAccount): void {
    this.#visitors--;
    account.sockets--;
  }

  async #authorize(request: IncomingMessage, address: string): Promise<Authorization | HttpRefusal> {
    const { authorize, authorizeFailed, limits } = this.#options;
    if (authorize === undefined) return ALLOWED;
    const { headers, url = "/" } = request;
    const question: AuthorizationRequest = { token: tokenIn(request), origin: headers.origin, address, url, headers };
    try {
      return await within(limits.authorizeTimeoutMs, async () => authorize(question));
    } catch (error) {
      authorizeFailed(error);
      return unavailable("tokens cannot be checked at the moment");
    }
  }
}

function unavailable(reason: string): HttpRefusal {
  return { status: 503, reason, retryAfterSeconds: RETRY_AFTER_S };
}

function tokenIn({ headers, url = "/" }: IncomingMessage): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  const query = url.indexOf("?");
  return query === -1 ? undefined : (new URLSearchParams(url.slice(query + 1)).get("token") ?? undefined);
}
