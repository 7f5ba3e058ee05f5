type Listeners = { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

/** `true` sets an attribute without a value, `false` and `undefined` leave it out. */
interface Attributes {
  readonly on?: Listeners;
  readonly [name: string]: string | boolean | undefined | Listeners;
}

/** Text becomes a text node, never markup: notes are written by strangers. */
type Child = Node | string | undefined;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { on = {}, ...attributes }: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    setAttribute(node, name, value as string | boolean | undefined);
  for (const [type, listener] of Object.entries(on)) node.addEventListener(type, listener as EventListener);
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

export function setAttribute(node: Element, name: string, value: string | boolean | undefined): void {
  if (value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

/** Sets a node's text where it differs, so that an unchanged live region stays silent. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
