// What screen readers are told as it happens.

import { byId } from "./dom.js";
import { t } from "./i18n.js";

export function tell(key, values) {
  byId("news").textContent = t(key, values);
}
