/** Colours, type and the frame that every page stands in. */
export const frameStyle = `
:root {
  color-scheme: light dark;
  --paper: #f6f6f4; --card: #ffffff; --sunken: #f1f1ee; --ink: #1b1f24; --soft: #5a626c; --line: #e3e3de; --strong-line: #c9c9c2;
  --accent: #2b5fd0; --accent-ink: #ffffff; --accent-wash: #edf2fd;
  --good: #197045; --good-wash: #e6f4ec; --wait: #4a5a70; --wait-wash: #eaeef3;
  --warn: #8a5200; --warn-wash: #fdf1dc; --hold: #5d47b0; --hold-wash: #efecfb;
  --bad: #b0261c; --bad-wash: #fcecea; --still: #646a72; --still-wash: #ededeb;
  --added: #e3f5e9; --removed: #fdeae8;
  --round: 10px; --shadow: 0 1px 2px rgb(20 24 30 / 5%), 0 1px 8px rgb(20 24 30 / 3%);
  --sans: Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101316; --card: #171b1f; --sunken: #1d2227; --ink: #e7eaee; --soft: #9ba5b1; --line: #272d34; --strong-line: #3b434c;
    --accent: #86aaf8; --accent-ink: #0f1317; --accent-wash: #1b2740;
    --good: #6bcf97; --good-wash: #14291e; --wait: #a5b4c8; --wait-wash: #20272f;
    --warn: #ecb45e; --warn-wash: #2e2412; --hold: #b8a6f5; --hold-wash: #251f3d;
    --bad: #f5938a; --bad-wash: #331a18; --still: #9aa2ab; --still-wash: #22272c;
    --added: #15301f; --removed: #3a1d1b;
    --shadow: none;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 var(--sans); font-feature-settings: 'cv05', 'ss03'; overflow-wrap: anywhere; }
h1, h2, h3, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 26px; line-height: 1.25; letter-spacing: -0.02em; font-weight: 650; }
h2 { font-size: 16px; line-height: 1.4; letter-spacing: -0.006em; font-weight: 620; }
h3 { font-size: 14px; font-weight: 620; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; text-underline-offset: 3px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
code, pre { font-family: var(--mono); font-size: 0.9em; }
.ref { font-variant-numeric: tabular-nums; font-size: 0.94em; }
time, .number, td, .badge { font-variant-numeric: tabular-nums; }
.soft, .none { color: var(--soft); }
.none { font-style: italic; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 12px; top: -60px; z-index: 2; padding: 8px 14px; border-radius: 8px; background: var(--accent); color: var(--accent-ink); }
.skip:focus { top: 12px; }
.shell { display: grid; grid-template-columns: 224px minmax(0, 1fr); min-height: 100vh; }
.side { position: sticky; top: 0; align-self: start; height: 100vh; display: flex; flex-direction: column; gap: 28px; padding: 26px 14px 18px; border-right: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 10px; padding: 0 10px; color: var(--ink); font-weight: 680; font-size: 16px; letter-spacing: -0.01em; }
.brand:hover { text-decoration: none; }
.brand svg { color: var(--accent); flex: none; }
.side nav ul { display: grid; gap: 2px; }
.side nav a { display: flex; align-items: center; justify-content: space-between; gap: 8px; padding: 7px 10px; border-radius: 8px; color: var(--soft); font-weight: 520; }
.side nav a:hover { background: var(--sunken); color: var(--ink); text-decoration: none; }
.side nav a[aria-current] { background: var(--accent-wash); color: var(--accent); }
.side .count { padding: 0 7px; border-radius: 99px; background: var(--warn-wash); color: var(--warn); font-size: 12px; font-weight: 620; font-variant-numeric: tabular-nums; }
.who { margin-top: auto; padding: 14px 10px 0; border-top: 1px solid var(--line); font-size: 13px; }
.who strong { display: block; font-weight: 600; }
.who .link { padding: 0; }
main { padding: 34px 44px 72px; min-width: 0; }
.page { max-width: 1080px; display: grid; gap: 26px; }
.page > *, .columns > *, .stack > * { min-width: 0; }
.head { display: flex; flex-wrap: wrap; align-items: flex-start; justify-content: space-between; gap: 14px 24px; }
.head .refs { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; margin-top: 8px; }
.head .lead { margin-top: 5px; color: var(--soft); max-width: 68ch; }
.trail { margin-bottom: 6px; font-size: 13px; color: var(--soft); }
.trail a, p > a:not(.button), .lead a, .inline { text-decoration: underline; text-decoration-color: color-mix(in srgb, currentcolor 35%, transparent); text-underline-offset: 3px; }
.outside { display: block; }
.outside .side { position: static; height: auto; border: 0; padding: 26px 24px 0; }
.outside main { display: grid; justify-content: center; padding-top: 12vh; }
.door { max-width: 520px; padding: 34px 38px 38px; display: grid; gap: 22px; }
.columns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 22px; }
.stack { display: grid; gap: 22px; align-content: start; }
@media (max-width: 860px) {
  .shell { display: block; }
  .side { position: static; height: auto; flex-direction: row; flex-wrap: wrap; align-items: center; gap: 10px 14px; padding: 14px 16px 0; border-right: 0; border-bottom: 1px solid var(--line); }
  .brand { padding: 0; }
  .side nav { position: relative; order: 3; width: 100%; overflow-x: auto; margin: 0 -16px; padding: 0 16px 10px; width: calc(100% + 32px); }
  .side nav ul { display: flex; width: max-content; }
  .who { margin: 0 0 0 auto; padding: 0; border: 0; display: flex; gap: 10px; align-items: baseline; min-width: 0; }
  .who strong { max-width: 34vw; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .who .soft { display: none; }
  main { padding: 24px 16px 56px; }
  .columns { grid-template-columns: minmax(0, 1fr); }
  h1 { font-size: 22px; }
}
@media print { .side, .actions, .skip { display: none; } .shell { display: block; } }
@media (prefers-reduced-motion: no-preference) { .fresh { animation: arrive 1.6s ease-out; } }
@keyframes arrive { from { background: var(--accent-wash); } }
`
