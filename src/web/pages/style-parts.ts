/** What the pages are put together from. */
export const partsStyle = `
.card { background: var(--card); border: 1px solid var(--line); border-radius: var(--round); box-shadow: var(--shadow); }
.card > .top { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 4px 16px; padding: 16px 20px 0; }
.card > .top p { color: var(--soft); font-size: 13px; }
.card > .inside { padding: 14px 20px 20px; }
.card > .flush { padding-top: 10px; }
.badge { display: inline-flex; align-items: center; gap: 6px; padding: 2px 9px 2px 6px; border-radius: 99px; font-size: 12.5px; font-weight: 580; line-height: 1.5; max-width: 100%; background: var(--tone-wash); color: var(--tone); }
.is-in-step { --tone: var(--good); --tone-wash: var(--good-wash); }
.is-pending { --tone: var(--wait); --tone-wash: var(--wait-wash); }
.is-conflict { --tone: var(--warn); --tone-wash: var(--warn-wash); }
.is-blocked { --tone: var(--hold); --tone-wash: var(--hold-wash); }
.is-failed { --tone: var(--bad); --tone-wash: var(--bad-wash); }
.is-paused, .is-ended { --tone: var(--still); --tone-wash: var(--still-wash); }
.state-icon { flex: none; fill: var(--tone); width: 14px; height: 14px; }
.state-icon .cut { fill: none; stroke: var(--tone-wash); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.state-icon .ring, .state-icon .stroke { fill: none; stroke: var(--tone); stroke-width: 1.7; stroke-linecap: round; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }
.tiles li + li { border-left: 1px solid var(--line); }
.tiles a, .tiles .tile { display: block; padding: 16px 20px; color: inherit; height: 100%; }
.tiles a:hover { background: var(--sunken); text-decoration: none; }
.tiles .label { display: flex; align-items: center; gap: 7px; font-size: 13px; font-weight: 560; color: var(--tone, var(--soft)); }
.tiles .number { display: block; margin: 3px 0 1px; font-size: 28px; line-height: 1.25; font-weight: 640; letter-spacing: -0.025em; }
.tiles .zero { color: var(--soft); font-weight: 480; }
.tiles .meaning { font-size: 12.5px; color: var(--soft); }
.shares { display: block; width: 100%; height: 6px; border-radius: var(--round) var(--round) 0 0; }
.shares rect { fill: var(--tone); }
.chart { display: block; width: 100%; height: auto; overflow: visible; }
.chart + .meta { margin-top: 10px; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .tick { fill: var(--soft); font: 11px var(--sans); font-variant-numeric: tabular-nums; }
.chart .bar { fill: var(--accent); }
.chart .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.chart .dot { fill: var(--accent); stroke: none; }
.chart .dot.is-second { fill: var(--warn); }
.legend { display: flex; gap: 14px; align-self: center; color: var(--soft); font-size: 13px; line-height: 1; }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend li::before { content: ''; width: 18px; border-top: 2px solid var(--accent); }
.legend .is-second::before { border-top: 2px dashed var(--warn); }
.chart .line.is-first { stroke: var(--accent); }
.chart .line.is-second { stroke: var(--warn); stroke-dasharray: 5 4; }
.list > li { display: grid; gap: 2px 14px; padding: 12px 20px; border-top: 1px solid var(--line); }
.list > li:first-child { border-top: 0; }
.change { grid-template-columns: minmax(0, 1fr) auto; align-items: start; }
.change .title { font-weight: 540; color: var(--ink); }
li > .change { padding: 0; display: block; }
.title { display: block; }
.change .line { margin-top: 4px; display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: start; gap: 3px 10px; }
.change .line .message { padding-top: 1px; }
.change .remedy { font-size: 13.5px; }
.message { color: var(--soft); font-size: 13.5px; }
details.meta > summary { display: list-item; list-style: disclosure-closed; margin-left: 16px; }
details.meta > dl { margin: 10px 0 0 16px; }
.source { margin-top: 8px; }
details.meta[open] > summary { list-style: disclosure-open; }
.change .when { display: grid; justify-items: end; color: var(--soft); font-size: 13px; text-align: right; }
.health { grid-template-columns: minmax(0, 1fr) auto; align-items: center; }
.health .name { font-weight: 580; }
.health .facts { color: var(--soft); font-size: 13px; }
.health .why { grid-column: 1 / -1; font-size: 13.5px; color: var(--soft); }
.checks > li { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 4px 12px; align-items: baseline; padding-top: 8px; padding-bottom: 8px; border-top: 0; font-size: 14px; }
.checks > li:last-child { padding-bottom: 18px; }
.checks .state-icon { position: relative; top: 2px; }
.checks .soft { font-size: 13px; text-align: right; }
.problem { grid-template-columns: 96px minmax(0, 1fr) auto; align-items: start; }
.problem .badge { justify-self: start; }
.problem .name, .unusable .name { font-weight: 580; }
.unusable { grid-template-columns: 190px minmax(0, 1fr); font-size: 14px; }
.wide { position: relative; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-size: 12.5px; font-weight: 560; color: var(--soft); padding: 11px 14px; border-bottom: 1px solid var(--line); white-space: nowrap; }
td { padding: 11px 14px; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
th:first-child, td:first-child { padding-left: 20px; }
th:last-child, td:last-child { padding-right: 20px; }
tbody th { font-size: 13.5px; font-weight: 540; vertical-align: top; }
.sided { table-layout: fixed; }
.sided th:first-child { width: 130px; }
.rows tbody tr:hover { background: var(--sunken); }
.rows .title { display: block; font-weight: 540; color: var(--ink); }
.right { text-align: right; white-space: nowrap; }
.inline { white-space: nowrap; }
.button { display: inline-flex; align-items: center; justify-content: center; min-height: 36px; padding: 6px 14px; border: 1px solid var(--strong-line); border-radius: 8px; background: var(--card); color: var(--ink); font: 560 14px/1.4 var(--sans); cursor: pointer; }
.button:hover { background: var(--sunken); text-decoration: none; }
.button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
.button.main:hover { filter: brightness(1.07); }
.button.danger { color: var(--bad); }
.button.small { min-height: 30px; padding: 3px 11px; font-size: 13px; }
.link { border: 0; background: none; padding: 4px; color: var(--accent); font: inherit; font-size: 13px; cursor: pointer; }
.link:hover { text-decoration: underline; text-underline-offset: 3px; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.actions form { display: contents; }
details > summary { cursor: pointer; list-style: none; }
details > summary::-webkit-details-marker { display: none; }
.unfold { position: relative; }
.unfold > .panel { position: absolute; right: 0; z-index: 1; margin-top: 6px; width: min(330px, 84vw); padding: 16px; display: grid; gap: 12px; font-size: 14px; }
.field, .search { display: grid; grid-template-columns: minmax(0, 1fr); gap: 5px; }
.form > *, .filters > * { min-width: 0; }
.field > label, .field > .label, .search > label { font-size: 13px; font-weight: 560; }
.field .help { color: var(--soft); font-size: 13px; max-width: 64ch; }
input[type='search'], input[type='text'], select, textarea { width: 100%; min-height: 36px; padding: 6px 11px; border: 1px solid var(--strong-line); border-radius: 8px; background: var(--card); color: var(--ink); font: inherit; font-size: 14px; }
textarea { min-height: 84px; font-family: var(--mono); font-size: 13px; }
::placeholder { color: var(--soft); opacity: 1; }
:disabled { color: var(--soft); background: var(--sunken); cursor: not-allowed; }
.filters { display: grid; grid-template-columns: minmax(200px, 2fr) minmax(130px, 1fr) minmax(130px, 1fr) auto; gap: 10px; align-items: end; }
.filters.few { display: flex; flex-wrap: wrap; }
.filters.few > .search { flex: 0 1 260px; }
.filters.few > .grow { flex: 1 1 260px; max-width: 460px; }
.found > * { margin-top: 14px; }
.found .list > li { padding-left: 0; padding-right: 0; }
.tabs { display: flex; flex-wrap: wrap; gap: 6px; }
.tabs a { display: inline-flex; align-items: center; gap: 7px; padding: 4px 12px; border: 1px solid var(--line); border-radius: 99px; background: var(--card); color: var(--ink); font-size: 13.5px; }
.tabs a:hover { border-color: var(--strong-line); text-decoration: none; }
.tabs a[aria-current] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); font-weight: 580; }
.tabs .number { color: var(--soft); font-weight: 450; }
.pager { display: flex; justify-content: space-between; gap: 12px; padding: 12px 20px; border-top: 1px solid var(--line); font-size: 13.5px; color: var(--soft); }
.note { display: grid; gap: 4px; padding: 13px 18px; border: 1px solid var(--line); border-left: 4px solid var(--tone, var(--accent)); border-radius: var(--round); background: var(--tone-wash, var(--accent-wash)); }
.note strong { font-weight: 620; }
.note .remedy { color: var(--soft); }
.empty { padding: 44px 24px 48px; text-align: center; display: grid; gap: 6px; justify-items: center; }
.empty svg { color: var(--strong-line); margin-bottom: 6px; }
.empty p { color: var(--soft); max-width: 52ch; }
.empty .button { margin-top: 10px; }
.sides { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.sides > * { padding: 16px 20px 20px; min-width: 0; }
.sides > * + * { border-left: 1px solid var(--line); }
.side-name { font-size: 12.5px; font-weight: 560; color: var(--soft); }
.text { margin-top: 8px; padding: 12px 14px; max-height: 360px; overflow: auto; border-radius: 8px; background: var(--sunken); white-space: pre-wrap; font-size: 13px; line-height: 1.6; font-family: var(--mono); }
.moved { padding: 0 7px; border-radius: 99px; background: var(--accent-wash); color: var(--accent); font-size: 12px; font-weight: 560; white-space: nowrap; }
.diff { display: grid; gap: 3px; font-size: 13.5px; }
.diff > div { display: grid; grid-template-columns: 190px minmax(0, 1fr); gap: 10px; }
.diff dt { color: var(--soft); }
.diff del, .diff ins { text-decoration: none; padding: 1px 6px; border-radius: 5px; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.diff del { background: var(--removed); text-decoration: line-through; text-decoration-thickness: 1px; }
.diff ins { background: var(--added); }
.effect { gap: 6px; }
.effect .title { font-weight: 540; }
.entry { grid-template-columns: 128px minmax(0, 1fr); align-items: start; }
.entry .when { color: var(--soft); font-size: 13px; padding-top: 2px; }
.entry .what { display: grid; gap: 7px; justify-items: start; }
.entry .line { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; }
.meta { font-size: 13px; color: var(--soft); }
.choice { display: grid; grid-template-columns: 130px minmax(0, 1fr) minmax(0, 1fr); gap: 10px 16px; padding: 14px 20px; border-top: 1px solid var(--line); }
.choice .option { display: grid; gap: 8px; align-content: start; justify-items: start; }
.choice .said { padding: 9px 12px; width: 100%; border-radius: 8px; background: var(--sunken); white-space: pre-wrap; max-height: 200px; overflow: auto; font: inherit; }
li > .choice { padding: 12px 0 2px; border-top: 0; }
.facts dl, .pairs-of { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 6px 18px; font-size: 14px; }
.facts dt { color: var(--soft); }
pre.yaml { padding: 14px 0; overflow: auto; border-radius: 8px; background: var(--sunken); font-size: 13px; line-height: 1.6; }
pre.yaml > span { display: block; padding: 0 18px; }
pre.yaml .plus { background: var(--added); } pre.yaml .minus { background: var(--removed); } pre.yaml .gap { color: var(--soft); }
.form { display: grid; gap: 22px 28px; }
.form.two { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.form.two > .whole { grid-column: 1 / -1; }
.field { align-content: start; }
.mapper th:first-child { padding-left: 0; }
.mapper th:last-child, .mapper td:last-child { padding-right: 0; }
.mapper .help { font-weight: 400; }
.check { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 10px; align-items: start; }
.check input { width: 17px; height: 17px; margin: 3px 0 0; accent-color: var(--accent); }
.check { align-content: start; }
.check label { font-size: 13px; font-weight: 560; line-height: 1.8; }
.check .help { grid-column: 2; color: var(--soft); font-size: 13px; }
@media (max-width: 860px) {
  .filters, .filters.few, .form.two { grid-template-columns: minmax(0, 1fr); }
  .sides, .choice, .entry, .diff > div, .problem, .unusable { grid-template-columns: minmax(0, 1fr); }
  .change { grid-template-columns: minmax(0, 1fr); }
  .diff > div { gap: 2px; }
  .filters.few > .search { flex: 1 1 200px; }
  .sides > *, .choice, .pager, .card > .flush > .choice { padding-left: 16px; padding-right: 16px; }
  .change .when { justify-items: start; grid-auto-flow: column; justify-content: start; gap: 10px; text-align: left; }
  .sided { table-layout: auto; }
  .sides > * + * { border-left: 0; border-top: 1px solid var(--line); }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .tiles li { border-top: 1px solid var(--line); }
  .tiles li + li { border-left: 0; }
  .tiles li:nth-child(even) { border-left: 1px solid var(--line); }
  .tiles li:nth-child(-n + 2) { border-top: 0; }
  .tiles li:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .tiles a, .tiles .tile { padding: 13px 16px; }
  .unfold > .panel { right: auto; left: 0; }
  .list > li, .card > .top, .card > .inside { padding-left: 16px; padding-right: 16px; }
}
@media (max-width: 620px) {
  .fold thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .fold, .fold tbody, .fold tr, .fold td, .fold th { display: block; }
  .fold tr { padding: 12px 16px; border-bottom: 1px solid var(--line); }
  .fold tr:last-child { border-bottom: 0; }
  .fold td, .fold tbody th, .fold td:first-child, .fold td:last-child { border: 0; padding: 2px 0; text-align: left; }
  .fold.mapper tr { padding: 12px 0; }
  .fold.rows tr { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: center; }
  .fold.rows td:first-child { flex: 1 0 100%; }
  .chart .tick { font-size: 15px; }
  .fold td[data-label]::before { content: attr(data-label) ' '; color: var(--soft); font-size: 12.5px; }
}
`
