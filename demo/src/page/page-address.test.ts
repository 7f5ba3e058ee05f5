import { expect, test } from "vitest";
import { addressWithPassword, settingsFrom } from "./page-address.ts";

const settings = (address: string): ReturnType<typeof settingsFrom> => settingsFrom(new URL(address));

test("a plain address means the common room and the signaling server of the same host", () => {
  expect(settings("http://localhost:4173/")).toEqual({
    room: "notes",
    signaling: "ws://localhost:4444",
    password: undefined,
  });
});

test("a secure page asks for a secure server", () => {
  expect(settings("https://notes.example/").signaling).toBe("wss://notes.example:4444");
});

test("the address can name a room and a server", () => {
  expect(settings("http://192.168.1.7:4173/?room=kitchen%20table&signaling=ws://192.168.1.9:9000")).toEqual({
    room: "kitchen table",
    signaling: "ws://192.168.1.9:9000",
    password: undefined,
  });
});

test("`none` means no signaling server", () => {
  expect(settings("http://localhost/?signaling=none").signaling).toBeUndefined();
});

test("an empty room is the common one, and a long name is cut", () => {
  expect(settings("http://localhost/?room=%20").room).toBe("notes");
  expect(settings(`http://localhost/?room=${"x".repeat(100)}`).room).toHaveLength(64);
});

test.each(["open sesame", "a&b=c#d", "50 % +1", "Zoë ☃"])(
  "the part after the # holds the password %j, and no other does",
  (password) => {
    const address = addressWithPassword(new URL("http://localhost/?room=kitchen#old"), password);
    expect(settingsFrom(address)).toMatchObject({ room: "kitchen", password });
    expect(address.search).toBe("?room=kitchen");
  },
);

test("an empty password is none, and so is one in the part that servers see", () => {
  expect(settings("http://localhost/#password=").password).toBeUndefined();
  expect(settings("http://localhost/?password=seen").password).toBeUndefined();
});
