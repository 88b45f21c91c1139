// Command assay judges posterior samplers. It handles flags, files and terminals
// only; the judging is done by package props. Exit codes:
//
//	0    not rejected
//	1    rejected, or a statement does not hold
//	2    a mistake in the command, a name or a file
//	3    the candidate crashed or broke the protocol
//	4    inconclusive
//	130  interrupted; the verdict printed is that of the calls made so far
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
