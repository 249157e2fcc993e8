// The console works without any of this; each module makes one thing smoother.
import { startClock } from "./clock.js";
import { startCommands } from "./commands.js";
import { startComposer } from "./composer.js";
import { startConfirm } from "./confirm.js";
import { startCopy } from "./copy.js";
import { startForms } from "./forms.js";
import { startFragments } from "./fragment.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startNotice } from "./notice.js";
import { startOpen } from "./open.js";
import { startOverlays } from "./overlays.js";
import { startPresence } from "./presence.js";
import { startPreview } from "./preview.js";
import { startReading } from "./reading.js";
import { startScrollable } from "./scrollable.js";
import { startSummary } from "./summary.js";
import { startTables } from "./tables.js";
import { startTyping } from "./typing.js";

document.documentElement.dataset.live = "";

for (const start of [
  startConfirm,
  startForms,
  startFragments,
  startComposer,
  startMenus,
  startOverlays,
  startNotice,
  startKeys,
  startCommands,
  startOpen,
  startReading,
  startTyping,
  startClock,
  startCopy,
  startSummary,
  startTables,
  startScrollable,
  startPresence,
  startPreview,
  startLive,
])
  start();
