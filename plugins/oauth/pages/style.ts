/** All of the looks. It is part of the page and named in its policy by its hash. */
export const style = `
:root{color-scheme:light dark;--back:#fff;--text:#1b1e23;--line:#8a8f98;--accent:#0b5cad;--on-accent:#fff;--warn:#8a4b00;--warn-back:#fff4e0;--bad:#a4161a}
@media (prefers-color-scheme:dark){:root{--back:#15181c;--text:#e8eaed;--accent:#8cc2ff;--on-accent:#0b1a2b;--warn:#ffd08a;--warn-back:#33260f;--bad:#ff9c9c}}
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,sans-serif;background:var(--back);color:var(--text);margin:0;padding:1.5rem 1rem 3rem}
main{max-width:32rem;margin:0 auto;overflow-wrap:anywhere}
.brand{font-weight:600;letter-spacing:.02em}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 1rem}
h2{font-size:1.1rem;margin:0}
p{margin:0 0 1rem}
a{color:var(--accent)}
label,legend{font-weight:600}
input[type=text],input[type=password]{display:block;width:100%;font:inherit;padding:.6rem .7rem;margin:.25rem 0 1rem;border:1px solid var(--line);border-radius:6px;background:var(--back);color:var(--text)}
fieldset{border:1px solid var(--line);border-radius:6px;margin:0 0 1rem;padding:.5rem 1rem 1rem}
.choice{display:flex;gap:.7rem;padding:.35rem 0;font-weight:400;align-items:flex-start}
.choice input{width:1.25rem;height:1.25rem;margin:.15rem 0 0;flex:none}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem}
button{font:inherit;font-weight:600;padding:.65rem 1.2rem;min-height:2.75rem;border:1px solid var(--accent);border-radius:6px;background:transparent;color:var(--accent);cursor:pointer}
button.main{background:var(--accent);color:var(--on-accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
dl{border:1px solid var(--line);border-radius:6px;margin:0 0 1rem;padding:.75rem 1rem}
dt{font-weight:600}
dd{margin:0 0 .5rem}
dd:last-child{margin:0}
.warning{border-left:4px solid var(--warn);background:var(--warn-back);padding:.75rem 1rem;border-radius:0 6px 6px 0}
.error{border-left:4px solid var(--bad);padding:.5rem 1rem;margin:0 0 1rem}
.apps{list-style:none;margin:0 0 1.5rem;padding:0}
.apps>li{border:1px solid var(--line);border-radius:6px;padding:1rem;margin:0 0 1rem}
.apps p{margin:0 0 .25rem}
.may{margin:0 0 .75rem;padding-left:1.25rem}
`.replaceAll('\n', '');
