import { describe, expect, test } from "vitest";
import type { Broker, RoomMessage } from "../broker.ts";
import { eventually } from "./eventually.ts";
import { connectTo, serve } from "./setting.ts";

const publish = (topic: string, data: unknown): RoomMessage => ({ type: "publish", topic, from: "me", data });

interface Listening {
  readonly heard: unknown[];
  readonly end: () => void;
}

/** What every broker does. `open` returns the brokers of two servers, alike or one and the same; they are closed with the test. */
export function testBroker(name: string, open: () => Promise<readonly [Broker, Broker]>): void {
  describe(`the ${name}, by the contract of brokers`, () => {
    const dataOf = (message: RoomMessage): unknown => (message.type === "publish" ? message["data"] : undefined);
    const listen = (broker: Broker, topic: string): Listening => {
      const heard: unknown[] = [];
      const end = broker.subscribe(topic, (message) => heard.push(dataOf(message)));
      return { heard, end };
    };
    /** Returns when what `from` publishes arrives. */
    const listenSurely = async (broker: Broker, from: Broker, topic: string): Promise<Listening> => {
      const listening = listen(broker, topic);
      await eventually(() => {
        from.publish(topic, publish(topic, "there?"));
        expect(listening.heard.length).toBeGreaterThan(0);
      });
      from.publish(topic, publish(topic, "there!"));
      await eventually(() => expect(listening.heard.at(-1)).toBe("there!"));
      listening.heard.length = 0;
      return listening;
    };

    test("brings a message to all listeners of its topic on all servers, once, and to its own server's at once", async () => {
      const [a, b] = await open();
      const far = await listenSurely(b, a, "topic");
      const [near, nearToo, elsewhere] = [listen(a, "topic"), listen(a, "topic"), listen(b, "another")];
      const message = publish("topic", { nested: ["ü", null, 1.5], ["__proto__x"]: 1 });
      a.publish("topic", message);
      expect([near.heard, nearToo.heard]).toEqual([[dataOf(message)], [dataOf(message)]]);
      a.publish("topic", publish("topic", "last"));
      await eventually(() => expect(far.heard).toEqual([dataOf(message), "last"]));
      expect(near.heard).toHaveLength(2);
      expect(elsewhere.heard).toEqual([]);
    });

    test("keeps one publisher's order", async () => {
      const [a, b] = await open();
      const far = await listenSurely(b, a, "topic");
      const numbers = Array.from({ length: 1000 }, (_, i) => i);
      for (const i of numbers) a.publish("topic", publish("topic", i));
      await eventually(() => expect(far.heard).toEqual(numbers));
    });

    test("does not miss the answer to what a subscriber says first", async () => {
      const [a, b] = await open();
      await listenSurely(b, a, "topic 0");
      for (let i = 0; i < 50; i++) {
        const topic = `topic ${i}`;
        const far = await listenSurely(b, a, topic);
        b.subscribe(topic, (message) => {
          if (dataOf(message) === "question") b.publish(topic, publish(topic, "answer"));
        });
        const near = listen(a, topic);
        a.publish(topic, publish(topic, "question"));
        await eventually(() => expect(near.heard).toContain("answer"));
        expect(far.heard).toContain("question");
      }
    });

    test("brings nothing after the end of a subscription, and again after another begins", async () => {
      const [a, b] = await open();
      const ended = await listenSurely(b, a, "topic");
      const staying = listen(b, "topic");
      ended.end();
      a.publish("topic", publish("topic", 1));
      await eventually(() => expect(staying.heard).toEqual([1]));
      staying.end();
      const again = await listenSurely(b, a, "topic");
      a.publish("topic", publish("topic", 2));
      await eventually(() => expect(again.heard).toEqual([2]));
      expect([ended.heard, staying.heard]).toEqual([[], [1]]);
    });

    test.each(["", "*", "a b\r\nPING\r\n", "__proto__", "ü€😀", "x".repeat(1024)])(
      "takes %j for a topic",
      async (topic) => {
        const [a, b] = await open();
        const [far, other] = [await listenSurely(b, a, topic), await listenSurely(b, a, "another")];
        a.publish(topic, publish(topic, "there"));
        await eventually(() => expect(far.heard).toEqual(["there"]));
        expect(other.heard).toEqual([]);
      },
    );

    const relay = { bytesPerSecond: 65_536 };

    test("joins the rooms of two servers: T9 and T11 across them", async () => {
      const [a, b] = await open();
      const alice = await connectTo(await serve({ broker: a, relay }));
      const bob = await connectTo(await serve({ broker: b, relay }));
      const [, roster] = await bob.subscribe("room", "node-b");
      if (roster?.type !== "roster") throw new Error("no roster");
      await alice.subscribe("room", "node-a");
      await eventually(() => {
        alice.send({ type: "publish", topic: "room", data: "there?" });
        expect(bob.received).not.toEqual([]);
      });
      alice.send({ type: "relay", topic: "room", to: roster.self, data: "sealed" });
      await eventually(() => expect(bob.received).toContainEqual(expect.objectContaining({ type: "relay" })));
      const [relayed] = bob.received.splice(
        bob.received.findIndex(({ type }) => type === "relay"),
        1,
      );
      expect(relayed).toMatchObject({ topic: "room", data: "sealed" });
      for (const message of [{ data: "to all" }, { data: "to bob", to: roster.self }]) {
        alice.send({ type: "publish", topic: "room", ...message });
      }
      const heard = (): unknown[] =>
        bob.received.map((message) => "data" in message && message.data).filter((data) => data !== "there?");
      await eventually(() => expect(heard()).toEqual(["to all", "to bob"]));
      await bob.close();
      await eventually(() => expect(alice.received).toContainEqual({ type: "left", topic: "room", from: roster.self }));
      expect(alice.received.filter((message) => message.type === "publish" && message["data"] === "to bob")).toEqual(
        [],
      );
    });
  });
}
