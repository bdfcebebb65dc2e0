// SPDX-License-Identifier: Apache-2.0

package action

import (
	"strings"
	"testing"
)

// BenchmarkStepUntilTheBot is what the action takes before the bot begins: a bot as large as a released one in the cache
// is verified, a long ticket put together. It must stay below two seconds.
func BenchmarkStepUntilTheBot(b *testing.B) {
	s := newStage(b)
	bot := recorder + strings.Repeat("#", 42<<20) // bash has left the script by then
	s.records(line(bot, "http://127.0.0.1:1/not-asked"))
	s.put(s.cached(bot), bot, 0o755)
	part := strings.Repeat("x", 100_000)
	inputs := map[string]string{"INPUT_COMMAND": "plan", "INPUT_TICKET": part, "INPUT_TICKET2": part, "INPUT_TICKET3": part, "INPUT_TICKET4": part}
	for b.Loop() {
		if got := s.run("run.sh", inputs); got.code != 0 {
			b.Fatal(got.stderr)
		}
	}
}
