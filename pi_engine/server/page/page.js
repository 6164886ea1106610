// Looks around in the digits of this server: jumps, searches, and draws the digits near a position as coloured cells.
"use strict";

const $ = (id) => document.getElementById(id);
const number = (n) => n.toLocaleString("en");
const counted = (n, noun) => `${number(n)} ${noun}${n === 1 ? "" : "s"}`;
const DIGITS = "0123456789ABCDEF";
const dark = matchMedia("(prefers-color-scheme: dark)");

let about = null; // what /v1/info says
let view = { first: 1, columns: 50, rows: 20, text: "" }; // what the picture shows
let at = 1; // the position that is chosen
let found = { string: "", length: 0, start: 0 }; // the search, and the occurrence that is marked
let alone = null; // the digit that is shown alone
let asked = 0; // numbers requests for the view: only the newest one's answer is shown

class ServerError extends Error {}

async function ask(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  for (let tries = 0; ; tries++) {
    let response;
    try {
      response = await fetch(path + (query ? `?${query}` : ""));
    } catch {
      throw new ServerError("The server does not answer: it may have been stopped.");
    }
    const wait = Number(response.headers.get("Retry-After"));
    if (response.ok) return response.json();
    if (wait && tries < 3) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * wait));
      continue;
    }
    const answer = await response.json().catch(() => null);
    throw new ServerError(answer?.error?.message ?? `The server answered with status ${response.status}.`);
  }
}

function say(text, wrong = false) {
  $("status").textContent = text;
  $("status").classList.toggle("error", wrong);
}

async function trying(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    say(error.message, true);
  }
}

// The picture

const GAP = 8; // between positions and cells

function layOut() {
  const width = $("picture").clientWidth;
  const label = labelWidth();
  const wide = Math.floor((width - label - GAP) / 14 / 10) * 10;
  view.columns = Math.max(10, Math.min(50, wide));
  view.rows = view.columns >= 40 ? 20 : 25;
}

function labelWidth() {
  const pen = $("picture").getContext("2d");
  pen.font = labelFont();
  return Math.ceil(pen.measureText(number(about.digits)).width);
}

const labelFont = () => `11px ${getComputedStyle(document.body).fontFamily}`;

function colours(digit) {
  const hue = (360 * digit) / about.radix + 20;
  const step = digit % 2 ? 0.035 : -0.035;
  return dark.matches
    ? { cell: `oklch(${0.42 + step} 0.095 ${hue})`, ink: "#f4f4f8" }
    : { cell: `oklch(${0.85 + step} 0.09 ${hue})`, ink: "#17181d" };
}

function draw() {
  const canvas = $("picture");
  const width = canvas.clientWidth;
  const label = labelWidth();
  const size = (width - label - GAP) / view.columns;
  const scale = devicePixelRatio || 1;
  const rows = Math.max(1, Math.ceil(view.text.length / view.columns));
  const height = Math.ceil(size * rows);
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim();
  const faint = style.getPropertyValue("--faint").trim();
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  pen.font = labelFont();
  pen.fillStyle = faint;
  for (let row = 0; row < rows; row++) {
    pen.fillText(number(view.first + row * view.columns), label, size * (row + 0.5));
  }
  pen.textAlign = "center";
  pen.font = `${Math.max(Math.round(size * 0.66), Math.min(11, size - 2))}px ${style.fontFamily}`;
  const palette = Array.from({ length: about.radix }, (_, digit) => colours(digit));
  const box = (i) => [label + GAP + size * (i % view.columns), size * Math.floor(i / view.columns)];
  for (let i = 0; i < view.text.length; i++) {
    const digit = DIGITS.indexOf(view.text[i]);
    const [x, y] = box(i);
    pen.globalAlpha = alone !== null && alone !== digit ? 0.12 : 1;
    pen.fillStyle = palette[digit].cell;
    pen.fillRect(x, y, size - 1, size - 1);
    pen.fillStyle = palette[digit].ink;
    if (alone === null || alone === digit) pen.fillText(view.text[i], x + (size - 1) / 2, y + size / 2);
  }
  pen.globalAlpha = 1;
  pen.strokeStyle = ink;
  const marked = found.start - view.first;
  for (let i = Math.max(marked, 0); found.length && i < Math.min(marked + found.length, view.text.length); i++) {
    const [x, y] = box(i);
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(x, y + 1); pen.lineTo(x + size - 1, y + 1);
    pen.moveTo(x, y + size - 2); pen.lineTo(x + size - 1, y + size - 2);
    if (i === marked) { pen.moveTo(x + 1, y); pen.lineTo(x + 1, y + size - 1); }
    if (i === marked + found.length - 1) { pen.moveTo(x + size - 2, y); pen.lineTo(x + size - 2, y + size - 1); }
    pen.stroke();
  }
  const chosen = at - view.first;
  if (chosen >= 0 && chosen < view.text.length) {
    const [x, y] = box(chosen);
    pen.lineWidth = 3;
    pen.strokeRect(x + 1, y + 1, size - 3, size - 3);
  }
  canvas.dataset.label = label;
  canvas.dataset.size = size;
}

function describe() {
  const digit = view.text[at - view.first] ?? "";
  const picture = $("picture");
  picture.setAttribute("aria-valuemax", about.digits);
  picture.setAttribute("aria-valuenow", at);
  picture.setAttribute("aria-valuetext", `position ${number(at)}, digit ${digit}`);
  $("at").textContent = digit ? `Position ${number(at)}: ${digit}` : "";
  const last = view.first + view.text.length - 1;
  $("view-title").textContent = view.text ? `Positions ${number(view.first)} to ${number(last)}` : "There are no digits after the point";
  $("first").disabled = $("back").disabled = view.first <= 1;
  $("last").disabled = $("on").disabled = last >= about.digits;
}

function legend() {
  const counts = Array(about.radix).fill(0);
  for (const digit of view.text) counts[DIGITS.indexOf(digit)]++;
  const expected = view.text.length / about.radix;
  counts.forEach((count, digit) => {
    const button = $("legend").children[digit];
    const { cell, ink } = colours(digit);
    const swatch = button.querySelector(".swatch");
    swatch.style.background = cell;
    swatch.style.color = ink;
    button.querySelector(".fill").style.width = `${expected ? Math.min(100, (50 * count) / expected) : 0}%`;
    button.querySelector(".number").textContent = number(count);
    button.setAttribute("aria-pressed", alone === digit);
    button.setAttribute("aria-label", `Digit ${DIGITS[digit]}: ${counted(count, "time")}`);
  });
}

function makeLegend() {
  $("legend").dataset.radix = about.radix;
  for (let digit = 0; digit < about.radix; digit++) {
    const button = document.createElement("button");
    button.type = "button";
    const part = (name, text = "") => {
      const element = document.createElement("span");
      element.className = name;
      element.textContent = text;
      return element;
    };
    const track = part("track");
    track.append(part("fill"), part("mark"));
    button.append(part("swatch", DIGITS[digit]), track, part("number"));
    button.addEventListener("click", () => {
      alone = alone === digit ? null : digit;
      legend();
      draw();
    });
    $("legend").append(button);
  }
}

function asText() {
  const width = number(view.first + view.text.length).length;
  const perLine = view.columns >= 50 ? 50 : view.columns >= 40 ? 40 : 20;
  const lines = [];
  for (let i = 0; i < view.text.length; i += perLine) {
    const groups = view.text.slice(i, i + perLine).match(/.{1,10}/g);
    lines.push(`${number(view.first + i).padStart(width)}  ${groups.join(" ")}`);
  }
  $("text").textContent = lines.join("\n");
}

function show() {
  describe();
  legend();
  draw();
  asText();
}

// Moving

async function load(first) {
  const mine = ++asked;
  const size = view.columns * view.rows;
  const lastFirst = Math.max(0, Math.ceil(about.digits / view.columns) - view.rows) * view.columns + 1;
  first = Math.max(1, Math.min(first, lastFirst));
  const answer = about.digits ? await ask("v1/pi", { start: first, numberOfDigits: size, radix: about.radix }) : { content: "" };
  if (mine !== asked) return false;
  view.first = first;
  view.text = answer.content.toUpperCase();
  return true;
}

async function goTo(position, { record = true, focus = false } = {}) {
  at = Math.max(1, Math.min(position, Math.max(about.digits, 1)));
  const inside = at >= view.first && at < view.first + view.text.length;
  if (!inside) {
    const row = Math.floor((at - 1) / view.columns);
    if (!(await load(Math.max(0, row - 2) * view.columns + 1))) return;
  }
  show();
  if (focus) $("picture").focus();
  if (record) history.replaceState(null, "", address());
}

function address() {
  const parts = { at };
  if (found.length) Object.assign(parts, { q: found.string });
  return `#${new URLSearchParams(parts)}`;
}

async function turn(pages) {
  const size = view.columns * view.rows;
  const offset = at - view.first;
  if (!(await load(view.first + pages * size))) return;
  at = Math.max(1, Math.min(view.first + offset, about.digits));
  show();
  history.replaceState(null, "", address());
}

function positionOf(text) {
  const bare = text.trim().replace(/[\s,_'’]/g, "");
  const power = /^([0-9]{1,15})[eE]([0-9]{1,2})$/.exec(bare);
  if (power) return Number(power[1]) * 10 ** Number(power[2]);
  return /^[0-9]{1,15}$/.test(bare) ? Number(bare) : NaN;
}

// Searching

async function search(start, again = false) {
  const string = found.string;
  say(`Searching for ${string} …`);
  $("more").disabled = true;
  const answer = await ask("v1/find", { q: string, limit: 20, start });
  if (string !== found.string) return;
  if (!again) $("places").replaceChildren();
  for (const position of answer.positions) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = number(position);
    button.dataset.position = position;
    button.addEventListener("click", () => trying(() => mark(position)));
    item.append(button);
    $("places").append(item);
  }
  const count = $("places").children.length;
  $("results").hidden = !count && answer.next === null;
  $("more").hidden = answer.next === null;
  $("more").disabled = false;
  $("more").dataset.next = answer.next ?? "";
  if (answer.stopped === "time") {
    say(`The time for one search ended at position ${number(answer.searched_to)}. “Search on” continues from there.`);
  } else if (count) {
    say(answer.next === null ? `${string} occurs ${count === 1 ? "once" : `${number(count)} times`} in these digits.` : `The first ${number(count)} occurrences of ${string}.`);
  } else {
    say(`${string} does not occur in these ${counted(about.digits, "digit")}. The probability that as many random digits contain it is ${percent(answer.probability)}.`);
  }
  if (answer.positions.length && !again) await mark(answer.positions[0]);
}

const percent = (share) => `${(100 * share).toLocaleString("en", { maximumSignificantDigits: 2 })} %`;

async function mark(position) {
  found.start = position;
  found.length = found.string.length;
  for (const button of $("places").querySelectorAll("button")) {
    button.setAttribute("aria-current", Number(button.dataset.position) === position);
  }
  await goTo(position);
}

function stringOf(text) {
  const bare = text.replace(/[\s.,:/_-]/g, "").toUpperCase();
  const stray = [...bare].find((character) => !`${DIGITS.slice(0, about.radix)}?`.includes(character));
  if (!bare) throw new ServerError("Write the digits to search for.");
  if (stray) throw new ServerError(`“${stray}” is not a digit of base ${about.radix}.`);
  return bare;
}

// Counting

async function count() {
  $("count").disabled = true;
  try {
    for (;;) {
      $("counting").textContent ||= "Counting …";
      const answer = await ask("v1/stats");
      tabulate(answer);
      if (answer.complete) break;
      $("counting").textContent = `Counted ${percent(answer.counted / answer.digits)} …`;
    }
    $("counting").textContent = "";
    $("count").hidden = true;
  } catch (error) {
    $("counting").textContent = "";
    $("count").disabled = false;
    throw error;
  }
}

function tabulate(answer) {
  const expected = answer.counted / answer.radix;
  const deviation = Math.sqrt(expected * (1 - 1 / answer.radix));
  const signed = (value, digits) => `${value < 0 ? "−" : "+"}${Math.abs(value).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
  const rows = Object.entries(answer.counts).map(([digit, count]) => {
    const row = document.createElement("tr");
    const more = count - expected;
    [digit, number(count), signed(more, expected % 1 ? 1 : 0), deviation ? signed(more / deviation, 2) : ""].forEach((text, i) => {
      const cell = document.createElement(i ? "td" : "th");
      if (!i) cell.scope = "row";
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  });
  $("counts").tBodies[0].replaceChildren(...rows);
  $("counts").hidden = $("sigma").hidden = !answer.counted;
  const degrees = answer.degrees_of_freedom;
  const usual = answer.p_value === null ? "" : ` They have this χ² or a larger one in ${percent(answer.p_value)} of cases.`;
  $("verdict").textContent = answer.counted
    ? `χ² is ${answer.chi_square.toFixed(2)}. Random digits have a χ² of ${degrees} on average, and mostly between ${number(Math.max(0, Math.round(degrees - 2 * Math.sqrt(2 * degrees))))} and ${number(Math.round(degrees + 2 * Math.sqrt(2 * degrees)))}.${usual}`
    : "There are no digits to count.";
}

// What the reader does

$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  trying(async () => {
    found = { string: stringOf($("string").value), length: 0, start: 0 };
    await search(1);
    history.replaceState(null, "", address());
  });
});
$("more").addEventListener("click", () => trying(() => search(Number($("more").dataset.next), true)));
$("jump").addEventListener("submit", (event) => {
  event.preventDefault();
  trying(async () => {
    const position = positionOf($("position").value);
    if (!(position >= 1 && position <= about.digits)) {
      throw new ServerError(`Write a position from 1 to ${number(about.digits)}.`);
    }
    say("");
    await goTo(position, { focus: true });
  });
});
$("first").addEventListener("click", () => trying(() => goTo(1)));
$("last").addEventListener("click", () => trying(() => goTo(about.digits)));
$("back").addEventListener("click", () => trying(() => turn(-1)));
$("on").addEventListener("click", () => trying(() => turn(1)));
$("count").addEventListener("click", () => trying(count));
$("picture").addEventListener("click", (event) => {
  const { label, size } = event.currentTarget.dataset;
  const column = Math.floor((event.offsetX - label - GAP) / size);
  const i = Math.floor(event.offsetY / size) * view.columns + column;
  if (column >= 0 && column < view.columns && i < view.text.length) trying(() => goTo(view.first + i));
});
$("picture").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - view.columns, ArrowDown: at + view.columns, Home: 1, End: about.digits };
  if (event.key in moves) trying(() => goTo(moves[event.key]));
  else if (event.key === "PageDown") trying(() => turn(1));
  else if (event.key === "PageUp") trying(() => turn(-1));
  else return;
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input") || event.ctrlKey || event.altKey || event.metaKey) return;
  const field = { "/": "string", g: "position" }[event.key];
  if (!field) return;
  event.preventDefault();
  $(field).focus();
  $(field).select();
});
dark.addEventListener("change", () => about && show());
new ResizeObserver(() => trying(async () => {
  if (!about || !view.text) return;
  const before = view.columns;
  layOut();
  if (view.columns === before) return draw();
  view.text = "";
  await goTo(at, { record: false });
})).observe(document.body);
addEventListener("hashchange", () => trying(fromAddress));

async function fromAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const position = positionOf(parts.get("at") ?? "1") || 1;
  const string = parts.get("q") ?? "";
  if (string && string !== found.string) {
    $("string").value = string;
    found = { string: stringOf(string), length: 0, start: 0 };
    await search(1);
    if (parts.has("at")) await mark(position);
    return;
  }
  await goTo(position, { record: false });
}

trying(async () => {
  about = await ask("v1/info");
  $("name").textContent = about.name;
  document.title = `${about.name} – pi-engine`;
  const kind = { 2: "binary", 8: "octal", 10: "decimal", 16: "hexadecimal" }[about.radix];
  $("about").textContent = `${counted(about.digits, `${kind} digit`)} after the point`;
  makeLegend();
  layOut();
  await fromAddress();
  if (!view.text) show();
});
