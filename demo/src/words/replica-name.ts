import { hashText } from "../meaning/unit-vector.ts";

const COLOURS = [
  "Amber",
  "Azure",
  "Coral",
  "Crimson",
  "Golden",
  "Hazel",
  "Indigo",
  "Ivory",
  "Jade",
  "Lilac",
  "Maroon",
  "Mint",
  "Ochre",
  "Olive",
  "Pearl",
  "Plum",
  "Ruby",
  "Rust",
  "Sage",
  "Scarlet",
  "Silver",
  "Teal",
  "Umber",
  "Violet",
] as const;

const ANIMALS = [
  "Badger",
  "Bison",
  "Crane",
  "Dolphin",
  "Falcon",
  "Finch",
  "Fox",
  "Gecko",
  "Hare",
  "Heron",
  "Ibex",
  "Lark",
  "Lynx",
  "Marten",
  "Newt",
  "Otter",
  "Owl",
  "Panda",
  "Raven",
  "Robin",
  "Seal",
  "Stoat",
  "Swift",
  "Wren",
] as const;

const HUES = 360;
/** The golden angle in degrees: consecutive multiples stay far apart on the colour circle. */
const GOLDEN_ANGLE = 137.508;

export interface ReplicaName {
  /** Two words, such as "Teal Otter": easier to tell apart and to say than 32 hex digits. Not unique; `NodeId` is. */
  readonly name: string;
  readonly initials: string;
  /** A colour for this replica, in degrees. */
  readonly hue: number;
}

/** A replica's name for people: the same in every tab, since it follows from the node id alone. */
export function replicaName(nodeId: string): ReplicaName {
  const hash = hashText(nodeId);
  const colour = COLOURS[hash % COLOURS.length]!;
  const animal = ANIMALS[Math.floor(hash / COLOURS.length) % ANIMALS.length]!;
  return {
    name: `${colour} ${animal}`,
    initials: colour.charAt(0) + animal.charAt(0),
    hue: Math.round((hash % 1000) * GOLDEN_ANGLE) % HUES,
  };
}
