package comment

import (
	"testing"
)

func TestJudgedGolden(t *testing.T) {
	for name, p := range judgedPages() {
		t.Run(name, func(t *testing.T) {
			got := Render(p)
			switch {
			case name == "policy_only":
				golden(t, name+".terminal.txt", PolicyTerminal(p, false))
			case p.State == Scanned:
				got = ScanReply(p)
				golden(t, name+".terminal.txt", ScanTerminal(p, false))
				golden(t, name+".colour.txt", ScanTerminal(p, true))
			default:
				golden(t, name+".terminal.txt", Terminal(p, false))
				title, summary, text := CheckText(p, "prod", Budget)
				golden(t, name+".check.md", title+"\n\n"+summary+"\n"+text)
			}
			golden(t, name+".md", got.Body)
			golden(t, name+".html", HTML(p))
			build(t, got.Body)
		})
	}
}
