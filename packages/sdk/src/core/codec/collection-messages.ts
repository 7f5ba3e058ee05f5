import { readDigest, writeDigest } from "./contexts.ts";
import { readNodeIds, writeNodeIds } from "./node-ids.ts";
import { MAX_LEASED_TOLD } from "./limits.ts";
import type { MessageCodecs } from "./message-codec.ts";

const WANTED = 1;

/** Collection of tombstones (C9), and of documents' histories (C11). */
export const collectionCodecs: MessageCodecs<"report"> = {
  report: {
    code: 46,
    write(writer, { digest, wanted, leased }) {
      writer.byte(wanted ? WANTED : 0);
      writeDigest(writer, digest);
      writeNodeIds(writer, leased, MAX_LEASED_TOLD);
    },
    read: (reader) => ({
      type: "report",
      wanted: reader.flags("report's flags", WANTED) === WANTED,
      digest: readDigest(reader),
      leased: readNodeIds(reader, "leases", MAX_LEASED_TOLD),
    }),
  },
};
