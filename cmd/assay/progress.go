package main

import (
	"fmt"
	"io"
	"math"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"assay/props"
)

// watchOn returns a function that shows how far a judgement has come, and one that
// ends the showing. Nothing is written unless w is a terminal.
func watchOn(w io.Writer) (watch func(props.Progress), done func()) {
	var latest atomic.Pointer[props.Progress]
	latest.Store(&props.Progress{})
	container := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	bar := container.AddBar(0, // the budget is learned from the first call
		mpb.BarRemoveOnComplete(),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			p := latest.Load()
			return fmt.Sprintf("%d of %d calls, evidence 10^%.1f of 10^%.1f", p.Calls, p.Budget, p.Log10Wealth, math.Abs(p.Threshold))
		})))
	watch = func(p props.Progress) {
		latest.Store(&p)
		bar.SetTotal(int64(p.Budget), false)
		bar.SetCurrent(int64(p.Calls))
	}
	done = func() {
		bar.Abort(true)
		container.Wait()
	}
	return watch, done
}

// countOn returns a function that shows how many of the things to be done are, and one that
// ends the showing. Nothing is written unless w is a terminal.
func countOn(w io.Writer, things string) (count func(done, of int), end func()) {
	container := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	bar := container.AddBar(0, // the total comes with the first count
		mpb.BarRemoveOnComplete(),
		mpb.AppendDecorators(decor.CountersNoUnit("%d of %d "+things)))
	count = func(done, of int) {
		bar.SetTotal(int64(of), false)
		bar.SetCurrent(int64(done))
	}
	end = func() {
		bar.Abort(true)
		container.Wait()
	}
	return count, end
}
