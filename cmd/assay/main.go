// Command assay judges posterior samplers. It handles flags, files and terminals
// only; the judging is done by package props. Exit codes:
//
//	0    not rejected
//	1    rejected, or a statement does not hold
//	2    a mistake in the command, a name or a file
//	3    the candidate crashed or broke the protocol
//	4    inconclusive
//	130  interrupted; the verdict printed is that of the calls made so far
//
// Interrupted is by Ctrl-C, SIGTERM or SIGHUP; see interrupt.go. Programs that it started
// end with it.
package main

import (
	"context"
	"fmt"
	"os"

	"assay/samplers/external"
)

func main() {
	external.Processes{}.Adopt()
	out := &counted{to: os.Stdout}
	ctx := untilSignal(context.Background(), out)
	code := run(ctx, os.Args[1:], out, os.Stderr)
	if left := (external.Processes{}).Sweep(patience / 2); left != "" {
		fmt.Fprintln(os.Stderr, "assay:", left)
	}
	os.Exit(code)
}
