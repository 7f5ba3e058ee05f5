import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";

export interface UpgradeAnswer {
  readonly status: number | undefined;
  readonly reason: string;
  readonly headers: IncomingMessage["headers"];
}

/** Begins a WebSocket handshake on a connection of its own. */
export function beginUpgrade(port: number, path = "/", headers: OutgoingHttpHeaders = {}): ClientRequest {
  const handshake = request({
    port,
    path,
    host: "127.0.0.1",
    agent: false,
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": Buffer.alloc(16).toString("base64"),
      ...headers,
    },
  });
  handshake.end();
  return handshake;
}

/** Asks for an upgrade and returns the answer to it. One that is granted is given up. */
export async function askForUpgrade(
  port: number,
  path?: string,
  headers?: OutgoingHttpHeaders,
): Promise<UpgradeAnswer> {
  const handshake = beginUpgrade(port, path, headers);
  const [response] = (await Promise.race([once(handshake, "upgrade"), once(handshake, "response")])) as [
    IncomingMessage,
  ];
  const { statusCode: status } = response;
  if (status === 101) {
    response.socket.destroy();
    return { status, reason: "", headers: response.headers };
  }
  let reason = "";
  for await (const chunk of response) reason += String(chunk);
  return { status, reason: reason.trim(), headers: response.headers };
}
