import { decodeMessage, encodeMessage } from "../core/codec/frames.ts";
import type { Message } from "../core/messages.ts";
import type { StoredVersion } from "../core/version.ts";
import type { TransportAdapter } from "../ports/transport.ts";

/** A member that changes what it sends: all versions that leave it pass through `alter`. */
export function altering(
  transport: TransportAdapter,
  alter: (version: StoredVersion) => StoredVersion,
): TransportAdapter {
  const altered = (message: Message): Message =>
    "versions" in message ? { ...message, versions: message.versions.map(alter) } : message;
  return {
    join: (self, events) =>
      transport.join(self, {
        connected: (connection) => {
          const send = connection.send.bind(connection);
          connection.send = (bytes, priority) =>
            send(encodeMessage(altered(decodeMessage(bytes)), { compress: false }).bytes, priority);
          events.connected(connection);
        },
        message: (connection, message) => events.message(connection, message),
        disconnected: (connection, reason) => events.disconnected(connection, reason),
        twin: (theirOpenedAt) => events.twin(theirOpenedAt),
        error: (error) => events.error(error),
      }),
  };
}
