/** The one style sheet. Logical properties throughout, so that a right-to-left page is a mirror without further rules. */
export const styleSheet = `
:root{--ink:#1a1a1a;--soft:#4a4a4a;--line:#c9ccd1;--paper:#fff;--tint:#f3f5f8;--link:#0b4f8a;--warn:#fff4d6;--warn-ink:#5c4200}
*{box-sizing:border-box}
html{font:100%/1.55 "Noto Sans",system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--ink);background:var(--paper);-webkit-text-size-adjust:100%}
:lang(zh){font-family:"Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
:lang(ar){font-family:"Noto Naskh Arabic","Noto Sans Arabic",sans-serif}
body{margin:0;overflow-wrap:break-word}
code,.hash{overflow-wrap:anywhere}
.skip{position:absolute;inset-inline-start:-100vw}
.skip:focus{inset-inline-start:0;background:var(--paper);padding:.5rem 1rem;z-index:1}
header,main,footer{max-inline-size:60rem;margin-inline:auto;padding-inline:1rem}
header{padding-block:.75rem;border-block-end:2px solid var(--ink)}
.site{font-size:1.15rem;font-weight:700;margin:0}
.site a{color:inherit;text-decoration:none}
nav ul{list-style:none;margin:.4rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem}
nav a{display:inline-block;padding-block:.25rem}
nav a[aria-current]{color:var(--ink);font-weight:600;text-decoration:none;border-block-end:3px solid var(--link)}
.languages{float:inline-end;margin:0}
a{color:var(--link)}
a:focus-visible,button:focus-visible,select:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid #d8a200;outline-offset:2px}
h1{font-size:1.7rem;line-height:1.2;margin:1.2rem 0 .5rem}
h2{font-size:1.2rem;margin:2rem 0 .5rem;border-block-end:1px solid var(--line);padding-block-end:.2rem}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.5rem 0;max-inline-size:46rem}
.lead{font-size:1.08rem;color:var(--soft)}
.said{font-size:1.12rem;background:var(--tint);padding:.7rem 1rem;border-inline-start:4px solid var(--link)}
.notice{max-inline-size:none;background:var(--warn);color:var(--warn-ink);padding:.5rem 1rem;margin:0;text-align:center}
.mark{background:var(--warn);color:var(--warn-ink);padding:0 .35em;border-radius:2px;white-space:nowrap}
figure{margin:1rem 0}
figure svg{max-inline-size:100%;block-size:auto;direction:ltr;display:block}
figcaption{font-weight:600;margin-block-end:.3rem}
.legend{list-style:none;padding:0;margin:.3rem 0;display:flex;flex-wrap:wrap;gap:.15rem 1rem;font-size:.92rem}
.legend span{display:inline-block;inline-size:.9em;block-size:.9em;margin-inline-end:.35em;vertical-align:-.08em}
.scroll{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;min-inline-size:50%}
caption{text-align:start;font-weight:600;padding-block-end:.3rem}
th,td{padding:.3rem .6rem;text-align:start;border-block-end:1px solid var(--line);vertical-align:top}
thead th{border-block-end:2px solid var(--ink);background:var(--paper)}
tbody th,.whole{white-space:nowrap}
.n{text-align:end;white-space:nowrap}
code,.hash{font-family:ui-monospace,"Noto Sans Mono",monospace;font-size:.86em}
form.choose{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;background:var(--tint);padding:.7rem 1rem;margin:.8rem 0}
form.choose label{display:block;font-size:.9rem}
select,button{font:inherit;padding:.35rem .6rem;max-inline-size:100%;border:1px solid #6b6f76;background:var(--paper);color:var(--ink)}
button{background:var(--link);color:#fff;border-color:var(--link);cursor:pointer}
dl{margin:.5rem 0}dt{font-weight:600}dd{margin:0 0 .5rem}
ul.plain{list-style:none;padding:0}
footer{margin-block-start:3rem;padding-block:1rem;border-block-start:1px solid var(--line);color:var(--soft);font-size:.9rem}
.bar{display:inline-block;block-size:.7em;background:var(--link);vertical-align:baseline}
@media print{nav,form.choose,.skip,.languages{display:none}a{color:inherit;text-decoration:none}}
`;
