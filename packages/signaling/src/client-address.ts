import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * The client's address. Each proxy appends to `X-Forwarded-For` whom it was called by, so of the entries only the last
 * `trustedProxyHops`, your proxies' own, are true; whatever precedes them the client may have written. With 0 the header is not read.
 */
export function clientAddress(request: IncomingMessage, trustedProxyHops: number): string {
  const connected = request.socket.remoteAddress ?? "";
  if (trustedProxyHops === 0) return plain(connected);
  const header = request.headers["x-forwarded-for"];
  const entries = (Array.isArray(header) ? header.join(",") : (header ?? ""))
    .split(",")
    .map((entry) => plain(entry.trim()));
  const told = entries.at(-trustedProxyHops);
  return told !== undefined && isIP(told) !== 0 ? told : plain(connected);
}

/**
 * What is limited together: an IPv4 address, or the /64 network of an IPv6 address, all of which one machine commonly has.
 */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = (address.split("%")[0] as string).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(":")}::/64`;
}

/** An IPv4 address, also where a dual-stack socket writes it as IPv6. */
function plain(address: string): string {
  return address.startsWith("::ffff:") && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
