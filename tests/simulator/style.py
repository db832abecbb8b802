"""How the pages look."""

STYLE = """
:root { --ink: #1f2933; --soft: #6b7785; --line: #e4e8ec; --paper: #ffffff; --ground: #f5f7f8; --green: #2ca01c; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", sans-serif; }
header { background: var(--green); color: #fff; padding: 14px 28px; display: flex; gap: 18px; align-items: baseline; }
header a { color: #fff; font-weight: 650; font-size: 18px; text-decoration: none; }
header span { opacity: .85; font-size: 13px; }
main { max-width: 1180px; margin: 26px auto 60px; padding: 0 24px; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 18px; margin: 30px 0 10px; }
h1 a, h2 a { color: inherit; text-decoration: none; }
small { color: var(--soft); font-weight: 400; font-size: 13px; } p { margin: 4px 0 14px; }
a { color: #0b6fa4; }
nav { display: flex; flex-wrap: wrap; gap: 6px 18px; border-bottom: 1px solid var(--line); padding-bottom: 10px; }
table { width: 100%; border-collapse: collapse; background: var(--paper); border-radius: 8px; overflow: hidden;
        box-shadow: 0 1px 2px rgba(20, 40, 60, .08); }
th, td { padding: 7px 12px; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-size: 12px; color: var(--soft); font-weight: 600; }
.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tfoot td, .sub td { font-weight: 650; border-bottom: 0; } .faded { color: var(--soft); }
.good { color: var(--green); font-weight: 600; } .bad { color: #b3261e; font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 20px; }
.card { background: var(--paper); border-radius: 10px; padding: 20px 22px; box-shadow: 0 1px 3px rgba(20, 40, 60, .1); }
.card h2 { margin: 0; } .card table { box-shadow: none; } .card td { padding: 5px 0; }
.narrow { max-width: 560px; margin: 40px auto; }
.choice { display: block; padding: 10px 12px; margin: 8px 0; border: 1px solid var(--line); border-radius: 8px; }
.desk { display: flex; flex-wrap: wrap; gap: 12px 18px; align-items: end; margin: 14px 0; }
.desk label { display: grid; gap: 3px; font-size: 13px; color: var(--soft); } .desk .buttons { margin: 0; }
.desk input, .desk select { font: inherit; color: var(--ink); padding: 7px 9px; border: 1px solid #b8c2cb;
        border-radius: 6px; min-width: 170px; background: #fff; }
.buttons { margin-top: 18px; display: flex; gap: 10px; }
button { font: inherit; padding: 9px 20px; border-radius: 20px; border: 1px solid #b8c2cb; background: #fff;
         cursor: pointer; }
button.primary { background: var(--green); border-color: var(--green); color: #fff; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 22px; }
dt { color: var(--soft); } dd { margin: 0; }
pre { background: var(--paper); padding: 14px; border-radius: 8px; overflow: auto; font-size: 13px; }
details { margin-top: 18px; } summary { cursor: pointer; color: var(--soft); } .more { color: var(--soft); }
"""
