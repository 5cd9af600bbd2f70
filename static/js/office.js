"use strict";
/* The admin theme looks for a text field of its own beside every file field and fails without it. Ours has none: say so
   before it looks (on load; this runs deferred, before that). */
document.querySelectorAll("input[type=file]").forEach((input) => { input.hasChangeListener = true; });

/* However long the side bar is, the entry of the page that is open stands in its middle. */
const lists = document.getElementById("nav-lists"), entry = lists?.querySelector("[aria-current]");
if (entry) lists.scrollTop += entry.getBoundingClientRect().top - lists.getBoundingClientRect().top - lists.clientHeight / 2;
