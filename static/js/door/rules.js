/* The rule of the door, without page, clock or network: who may in, and if not, the nearest cause. The server judges by
   the same rule (trainings/actions/attendance.py: judge); tests hold both to the same cases. */
window.guyubDoor = window.guyubDoor || {};

(() => {
  "use strict";

  const CAUSES = { CANCELLED: "cancelled", WAITING: "waiting", OFFERED: "offered" };

  /* `row` is a line of the roster or null, `at` a moment in milliseconds by the server's clock. */
  const judge = (roster, row, at) => {
    if (!row) return { state: "bad", word: "unknown" };
    const name = row[1];
    if (CAUSES[row[3]]) return { state: "bad", word: CAUSES[row[3]], name };
    const day = (moment) => Math.floor((moment + roster.offset) / 86400000);
    if (at >= roster.shuts || day(at) !== day(roster.shuts - 1)) return { state: "bad", word: "day", name };
    if (at < roster.opens) return { state: "bad", word: "early", name };
    if (row[4]) return { state: "wait", word: "again", name, seen: row[4] };
    return { state: "good", word: at > roster.late ? "late" : "present", name, seen: at };
  };

  /* What a typed text could mean: a ticket or card code as it was meant, or a mobile number in international form. */
  const meanings = (text, scanned) => {
    const plain = text.trim();
    if (scanned) return [plain];
    const code = plain.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1").replace(/U/g, "V");
    const digits = plain.replace(/[^0-9]/g, "");
    const phone = digits.startsWith("62") ? `+${digits}` : digits.startsWith("0") ? `+62${digits.slice(1)}` : "";
    return [plain, code, phone].filter(Boolean);
  };

  Object.assign(window.guyubDoor, { judge, meanings });
})();
