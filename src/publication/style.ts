import { createHash } from "node:crypto";

/** The one style sheet. Logical properties throughout, so that a right-to-left page is a mirror without further rules. */
export const styleSheet = `
:root{--ink:#1a1a1a;--soft:#4a4a4a;--line:#c9ccd1;--paper:#fff;--tint:#f3f5f8;--link:#0b4f8a;--warn:#fff4d6;--warn-ink:#5c4200;--focus:#b3420e}
*{box-sizing:border-box}
html{font:100%/1.55 "Noto Sans",system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--ink);background:var(--paper);-webkit-text-size-adjust:100%}
:lang(zh){font-family:"Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
:lang(ar){font-family:"Noto Naskh Arabic","Noto Sans Arabic",sans-serif}
body{margin:0;overflow-wrap:break-word}
code,.hash,.delivered{overflow-wrap:anywhere}
.skip{position:absolute;inset-inline-start:-100vw}
.skip:focus{inset-inline-start:0;background:var(--paper);padding:.5rem 1rem;z-index:2}
header,main,footer{max-inline-size:60rem;margin-inline:auto;padding-inline:1rem}
header{padding-block:.75rem;border-block-end:2px solid var(--ink)}
main:focus{outline:none}
.site{font-size:1.15rem;font-weight:700;margin:0}
.site a{color:inherit;text-decoration:none}
nav ul,nav ol{list-style:none;margin:.4rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem}
nav a{display:inline-block;padding-block:.25rem}
nav a[aria-current]{color:var(--ink);font-weight:600;text-decoration:none;border-block-end:3px solid var(--link)}
nav.trail{font-size:.92rem}
nav.trail ol{gap:.1rem .5rem}
nav.trail li+li::before{content:"/";margin-inline-end:.5rem;color:var(--soft)}
.languages{float:inline-end;margin:0}
.languages a{display:inline-block;min-block-size:24px}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
h1{font-size:1.7rem;line-height:1.2;margin:1.2rem 0 .5rem}
h2{font-size:1.2rem;line-height:1.3;margin:2rem 0 .5rem;border-block-end:1px solid var(--line);padding-block-end:.2rem}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.5rem 0;max-inline-size:46rem}
.lead{font-size:1.08rem;color:var(--soft)}
.said{font-size:1.12rem;background:var(--tint);padding:.7rem 1rem;border-inline-start:4px solid var(--link)}
.notice{max-inline-size:none;background:var(--warn);color:var(--warn-ink);padding:.5rem 1rem;margin:0;text-align:center}
.mark{background:var(--warn);color:var(--warn-ink);padding:0 .35em;border-radius:2px}
.small{font-size:.88em}
figure{margin:1rem 0}
figure svg{max-inline-size:100%;block-size:auto;direction:ltr;display:block;background:var(--paper)}
figure svg text{white-space:pre}
.narrow{display:none}
figcaption{font-weight:600;margin-block-end:.3rem}
.legend{list-style:none;padding:0;margin:.3rem 0;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;font-size:.92rem}
.legend li{display:flex;gap:.4rem;align-items:baseline}
.legend svg{flex:none}
.notes{margin:.3rem 0;padding-inline-start:1.2rem;font-size:.9rem;color:var(--soft)}
.events{margin:.3rem 0;padding-inline-start:1.6rem}
.scroll{overflow:auto;margin:.5rem 0}
.long{max-block-size:32rem;border-block-end:1px solid var(--line)}
.long thead th{position:sticky;inset-block-start:0;z-index:1}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;min-inline-size:50%}
caption{text-align:start;font-weight:600;padding-block:.3rem}
caption.silent{position:absolute;inline-size:1px;block-size:1px;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{padding:.3rem .6rem;text-align:start;border-block-end:1px solid var(--line);vertical-align:top}
th:first-child{padding-inline-start:.2rem}
thead th{border-block-end:2px solid var(--ink);background:var(--paper);vertical-align:bottom}
th{min-inline-size:4.5rem}
td{min-inline-size:7rem}
tbody th{min-inline-size:6.5rem}
.whole{white-space:nowrap}
.n{text-align:end;white-space:nowrap}
.n.n,.whole.whole{min-inline-size:0}
thead .n{white-space:normal}
:lang(zh) thead th{white-space:nowrap}
td em{color:var(--soft)}
.gap{background:var(--warn);color:var(--warn-ink);font-weight:600}
.hash{min-inline-size:11rem}
code,.hash{font-family:ui-monospace,"Noto Sans Mono",monospace;font-size:.86em}
td .hash{display:inline-block}
form.choose{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;background:var(--tint);padding:.7rem 1rem;margin:.8rem 0}
form.choose>p{min-inline-size:0;max-inline-size:100%}
form.choose label{display:block;font-size:.9rem;max-inline-size:100%}
select,button{font:inherit;padding:.35rem .6rem;max-inline-size:100%;border:1px solid #6b6f76;background:var(--paper);color:var(--ink)}
button{background:var(--link);color:#fff;border-color:var(--link);cursor:pointer}
dl{margin:.5rem 0}dt{font-weight:600}dd{margin:0 0 .5rem}
@media (min-width:40rem){dl.facts{display:grid;grid-template-columns:minmax(8rem,max-content) minmax(0,1fr);gap:.2rem 1.5rem}dl.facts dd{margin:0}}
ul.plain,ol.findings{list-style:none;padding:0;margin:0}
.findings>li{padding-block:.5rem;border-block-end:1px solid var(--line)}
.findings p,.plain li{margin:.15rem 0}
.delivered{font-size:.9rem;max-inline-size:none}
.pair{margin-inline-end:.7rem}
.pair span{color:var(--soft)}
.turn a{display:inline-block;margin-inline-end:1.5rem;padding-block:.25rem}
footer{margin-block-start:3rem;padding-block:1rem;border-block-start:1px solid var(--line);color:var(--soft);font-size:.9rem}
@media (max-width:40rem){.narrow{display:block}.wide{display:none}h1{font-size:1.45rem}th,td{padding-inline:.4rem}}
@media print{nav,form.choose,.skip,.languages{display:none}a{color:inherit;text-decoration:none}.narrow{display:none}.wide{display:block}.scroll{overflow:visible}.long{max-block-size:none}.long thead th{position:static}thead{display:table-header-group}tr,figure,.findings>li{break-inside:avoid}h2,h3{break-after:avoid}html{font-size:80%}}
`;

/** Address of the style sheet. It names the content, so that a browser may keep it for ever. */
export const styleAddress = `/style-${createHash("sha256").update(styleSheet).digest("hex").slice(0, 12)}.css`;
