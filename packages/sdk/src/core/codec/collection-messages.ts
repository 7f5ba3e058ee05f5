import { readDigest, writeDigest } from "./contexts.ts";
import type { MessageCodecs } from "./message-codec.ts";

const WANTED = 1;

/** Collection of tombstones (C9). */
export const collectionCodecs: MessageCodecs<"report"> = {
  report: {
    code: 46,
    write(writer, { digest, wanted }) {
      writer.byte(wanted ? WANTED : 0);
      writeDigest(writer, digest);
    },
    read: (reader) => ({
      type: "report",
      wanted: reader.flags("report's flags", WANTED) === WANTED,
      digest: readDigest(reader),
    }),
  },
};
