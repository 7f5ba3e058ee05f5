import { expect, it } from "vitest";
import { isReplicationError } from "../../core/replication-error.ts";
import { checkIceOptions, IceServers, type IceOptions } from "./ice-servers.ts";

const TURN = { urls: "turn:turn.example:3478", username: "ada", credential: "north" };
const OFFERED = [{ ...TURN, urls: ["turns:other.example"] }];

function iceServers(options: IceOptions): { ice: IceServers; errors: Error[] } {
  const errors: Error[] = [];
  return { ice: new IceServers(options, (error) => errors.push(error)), errors };
}

it("go by what signaling servers offer, each of them newly, unless the application says otherwise", async () => {
  const { ice } = iceServers({});
  expect(await ice.configuration()).toEqual({ iceServers: [], iceTransportPolicy: "all" });
  ice.offered("ws://a", [TURN]);
  ice.offered("ws://b", OFFERED);
  ice.offered("ws://a", []);
  expect((await ice.configuration()).iceServers).toEqual(OFFERED);

  const { ice: own } = iceServers({ iceServers: [], iceTransportPolicy: "all" });
  own.offered("ws://a", [TURN]);
  expect((await own.configuration()).iceServers).toEqual([]);
});

it("ask a function anew for each attempt", async () => {
  let asked = 0;
  const { ice } = iceServers({ iceServers: async () => [{ ...TURN, username: `${++asked}` }] });
  await ice.configuration();
  expect((await ice.configuration()).iceServers).toMatchObject([{ username: "2" }]);
});

it.each([
  ["rejects", () => Promise.reject(new Error("offline")), "offline"],
  [
    "throws",
    () => {
      throw new Error("a fault");
    },
    "a fault",
  ],
  ["resolves to no list", async () => ({}) as never, "it resolved to no list"],
])("tell of a function that %s once, until it has answered", async (_how, failing, reason) => {
  let answer: () => Promise<readonly RTCIceServer[]> = failing;
  const { ice, errors } = iceServers({ iceServers: () => answer() });
  for (let i = 0; i < 3; i++) await expect(ice.configuration()).rejects.toThrow(`iceServers failed: ${reason}`);
  expect(errors.map((error) => isReplicationError(error) && error.code)).toEqual(["transport-failed"]);
  expect(errors[0]?.message).toContain(reason);
  answer = async () => [TURN];
  expect((await ice.configuration()).iceServers).toEqual([TURN]);
  answer = failing;
  await expect(ice.configuration()).rejects.toThrow(reason);
  expect(errors).toHaveLength(2);
});

it("with the policy 'relay' and no TURN server, refuse the attempt at once", async () => {
  const { ice, errors } = iceServers({ iceTransportPolicy: "relay" });
  await expect(ice.configuration()).rejects.toThrow("no TURN server is known");
  ice.offered("ws://a", [{ urls: "stun:stun.example" }]);
  await expect(ice.configuration()).rejects.toThrow("no TURN server is known");
  ice.offered("ws://a", OFFERED);
  expect(await ice.configuration()).toEqual({ iceServers: OFFERED, iceTransportPolicy: "relay" });
  expect(errors).toEqual([]);
});

it.each([
  ["iceServers", { iceServers: "turn:turn.example" }],
  ["iceServers", { iceServers: null }],
  ["iceTransportPolicy", { iceTransportPolicy: "none" }],
])("%s is checked: %j", (option, options) => {
  expect(() => checkIceOptions(options as never)).toThrow(expect.objectContaining({ code: "invalid-config", option }));
});
