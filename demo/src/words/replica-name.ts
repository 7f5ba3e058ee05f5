import { hashText } from "../meaning/unit-vector.ts";

/** Colours by name, with their hues in degrees: a replica looks as it is called. Greys and near twins are left out. */
const COLOURS = [
  ["Scarlet", 6],
  ["Coral", 17],
  ["Rust", 27],
  ["Amber", 38],
  ["Golden", 48],
  ["Olive", 64],
  ["Lime", 82],
  ["Moss", 98],
  ["Fern", 118],
  ["Emerald", 142],
  ["Jade", 156],
  ["Teal", 174],
  ["Cyan", 187],
  ["Azure", 203],
  ["Cobalt", 217],
  ["Indigo", 236],
  ["Iris", 252],
  ["Violet", 266],
  ["Purple", 280],
  ["Orchid", 295],
  ["Magenta", 312],
  ["Rose", 330],
  ["Ruby", 345],
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

export interface ReplicaName {
  /** Two words, such as "Teal Otter": easier to tell apart and to say than 32 hex digits. Not unique; `NodeId` is. */
  readonly name: string;
  readonly initials: string;
  /** The colour of its name, in degrees. */
  readonly hue: number;
}

/** A replica's name for people: the same in every tab, since it follows from the node id alone. */
export function replicaName(nodeId: string): ReplicaName {
  const hash = hashText(nodeId);
  const [colour, hue] = COLOURS[hash % COLOURS.length]!;
  const animal = ANIMALS[Math.floor(hash / COLOURS.length) % ANIMALS.length]!;
  return { name: `${colour} ${animal}`, initials: colour.charAt(0) + animal.charAt(0), hue };
}
