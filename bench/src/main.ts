import { Lab } from "./lab.ts";

declare global {
  interface Window {
    lab: Lab;
  }
}

window.lab = new Lab();
