package props

import (
	"context"
	"reflect"
	"testing"
	"time"

	"assay/props/run"
	"assay/samplers"
	"assay/spec"
)

// TestThroughFiles: a verdict does not depend on who answers, nor where: through a folder it is
// that of the same process.
func TestThroughFiles(t *testing.T) {
	p := parsed(t, "gauss:d=2,m=1")
	verdict := func(through func(run.Runner) run.Runner) *Verdict {
		o, err := newOptions([]JudgeOption{Calls(12), Terse(), Jobs(6)})
		if err != nil {
			t.Fatal(err)
		}
		o.through = through
		v, err := judge(t.Context(), samplers.Exact(), []*spec.Problem{p[0]}, o)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if _, err := run.AnswerFiles(ctx, dir, run.InProcess(samplers.Exact(), p[0])); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	got := verdict(func(run.Runner) run.Runner { return run.Offline(dir) })
	cancel()
	<-done
	if want := verdict(nil); got.Calls != 12 || !reflect.DeepEqual(got, want) {
		t.Errorf("through files:\n%v\nin process:\n%v", got, want)
	}
}
