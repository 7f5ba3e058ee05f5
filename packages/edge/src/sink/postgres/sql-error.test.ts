import { expect, test } from "vitest";
import { SinkError } from "../sink-error.ts";
import { sinkErrorOf } from "./sql-error.ts";

const withFields = (message: string, fields: object): Error => Object.assign(new Error(message), fields);

test.each([
  ["a server that shuts down", withFields("terminating connection", { code: "57P01" }), "unreachable"],
  ["one that starts up", withFields("the database system is starting up", { code: "57P03" }), "unreachable"],
  ["a deadlock", withFields("deadlock detected", { code: "40P01" }), "unreachable"],
  ["a full disk", withFields("could not extend file", { code: "53100" }), "unreachable"],
  ["a standby", withFields("cannot execute INSERT in a read-only transaction", { code: "25006" }), "unreachable"],
  ["nobody who listens", withFields("", { code: "ECONNREFUSED", syscall: "connect" }), "unreachable"],
  [
    "a name that is not known now",
    withFields("getaddrinfo", { code: "EAI_AGAIN", syscall: "getaddrinfo" }),
    "unreachable",
  ],
  ["a cable that was cut", withFields("write EPIPE", { code: "EPIPE", syscall: "write" }), "unreachable"],
  ["a connection that ended", new Error("Connection terminated unexpectedly"), "unreachable"],
  ["a statement that nobody answers", new Error("Query read timeout"), "unreachable"],
  ["the wrong password", withFields("password authentication failed", { code: "28P01" }), "refused"],
  ["a missing right", withFields("permission denied for schema", { code: "42501" }), "refused"],
  ["a value that does not fit", withFields("expected 384 dimensions, not 3", { code: "22000" }), "refused"],
  ["another certificate", withFields("self-signed certificate", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }), "refused"],
  ["a mistake of this program's", new TypeError("x is not a function"), "refused"],
])("%s", (_, error, code) => {
  const told = sinkErrorOf(error);
  expect(told).toMatchObject({ code, cause: error });
  expect(told.message).not.toMatch(/: *$/);
});

test("what is a failure of a sink already stays it", () => {
  const error = new SinkError("taken-over", "another");
  expect(sinkErrorOf(error)).toBe(error);
});
