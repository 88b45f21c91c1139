//go:build unix

package external_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"assay/internal/kinds"
	"assay/samplers/external"
)

// flood makes callbacks without end, or many, as the mode says.
func (c *child) flood(m message) {
	question := func(rows int) string {
		x := make([]float64, rows*4)
		text, err := json.Marshal(map[string]any{"problem": number(m.Params.Problem), "x": pack(x, rows, 4), "sigma": 1})
		if err != nil {
			panic(err)
		}
		return string(text)
	}
	switch c.mode {
	case "pipelines": // and reads the answers when it has asked all
		const many = 1000
		one := question(1)
		for i := range many {
			c.write(`{"jsonrpc":"2.0","id":%d,"method":"denoise","params":%s}`, i, one)
		}
		for range many {
			if reply := c.receive(); reply.Error != nil {
				panic(reply.Error.Message)
			}
		}
	case "asks on": // and never reads
		one := question(10_000)
		for i := 0; ; i++ {
			c.write(`{"jsonrpc":"2.0","id":%d,"method":"denoise","params":%s}`, i, one)
		}
	case "notifies":
		one := question(10_000)
		for {
			c.write(`{"jsonrpc":"2.0","method":"denoise","params":%s}`, one)
		}
	case "asks small": // and never reads
		for i := 0; ; i++ {
			c.write(`{"jsonrpc":"2.0","id":%d,"method":"denoise","params":{}}`, i)
		}
	case "asks for ever":
		for {
			c.ask("prior_draws", map[string]any{"problem": number(m.Params.Problem), "n": 1})
		}
	}
}

// TestFlood: callbacks without end are a time-out, and take no memory to speak of; many at a
// time are answered. What waits is at most maxAskedBytes, 64 MiB, in a few copies, and one
// answer; a flood of messages of 400 kB, at 1 GB/s or so, would take gigabytes in the time.
func TestFlood(t *testing.T) {
	const limit, most = 3 * time.Second, 512 << 20
	for _, mode := range []string{"pipelines", "asks on", "notifies", "asks small", "asks for ever"} {
		runtime.GC()
		var peak atomic.Uint64
		done, watched := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(watched)
			for {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak.Store(max(peak.Load(), m.HeapAlloc))
				select {
				case <-done:
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		}()
		goroutines := runtime.NumGoroutine()
		said := new(log)
		c := start(t, mode, external.Options{Timeout: limit, Startup: 20 * time.Second, Grace: 100 * time.Millisecond, Stderr: said})
		began := time.Now()
		_, err := sample(c, problem(t, "gauss"), 3, 1)
		took := time.Since(began)
		held := runtime.NumGoroutine() - goroutines
		c.Close()
		close(done)
		<-watched
		var fault *external.Fault
		switch {
		case mode == "pipelines":
			if err != nil {
				t.Errorf("%s: %v", mode, err)
			}
		case !errors.As(err, &fault) || fault.Kind != kinds.Timeout || took > limit+10*time.Second:
			t.Errorf("%s: %v after %v, want a time-out after %v", mode, err, took, limit)
		}
		if peak.Load() > most || held > 500 {
			t.Errorf("%s: %d MB and %d goroutines were held, want at most %d MB and 500", mode, peak.Load()>>20, held, most>>20)
		}
		said.noneLeft(t)
	}
}

// TestCloseBusy: Close ends a program that is busy, by force if it must, and the call with it.
func TestCloseBusy(t *testing.T) {
	const grace = 200 * time.Millisecond
	for _, mode := range []string{"hang", "deaf"} {
		said := new(log)
		c := start(t, mode, external.Options{Jobs: 2, Grace: grace, Stderr: said})
		p := problem(t, "gauss")
		outcome := make(chan error, 2)
		for seed := range uint64(2) {
			go func() {
				_, err := sample(c, p, 3, seed)
				outcome <- err
			}()
		}
		for began := time.Now(); !strings.Contains(said.String(), "about to"); time.Sleep(time.Millisecond) {
			if time.Since(began) > 20*time.Second {
				t.Fatalf("%s: it never begins: %s", mode, said)
			}
		}
		began := time.Now()
		c.Close()
		if took := time.Since(began); took > grace+5*time.Second {
			t.Errorf("%s: it took %v", mode, took)
		}
		for _, match := range regexp.MustCompile(`(?m)^pid (\d+)$`).FindAllStringSubmatch(said.String(), -1) {
			if pid, _ := strconv.Atoi(match[1]); syscall.Kill(pid, 0) == nil && !isZombieOfInit(pid) {
				t.Errorf("%s: process %d is left when it returns", mode, pid)
			}
		}
		for range 2 {
			if err := <-outcome; err == nil || !strings.Contains(err.Error(), "has been closed") {
				t.Errorf("%s: a call under way ended with %v", mode, err)
			}
		}
		if _, err := sample(c, p, 3, 1); err == nil || !strings.Contains(err.Error(), "has been closed") {
			t.Errorf("%s: a later call ended with %v", mode, err)
		}
		said.noneLeft(t)
	}
}

// TestLeftIsSaid: processes that could not be ended are named, a few of many, and what they run
// is quoted.
func TestLeftIsSaid(t *testing.T) {
	if said := external.Left(); said != "" {
		t.Errorf("of none: %q", said)
	}
	if said, want := external.Left(7, 3), `could not end what the program started: process 3 ("3\n"), 7 ("7\n")`; said != want {
		t.Errorf("%s, want %s", said, want)
	}
	if said := external.Left(1, 2, 3, 4, 5, 6, 7); !strings.HasSuffix(said, `5 ("5\n") and 2 more`) {
		t.Error(said)
	}
}

// TestWokenToEnd: a program that is stopped ends when asked to, long before it would be killed.
func TestWokenToEnd(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux says that a process is stopped")
	}
	said := new(log)
	c := start(t, "stops", external.Options{Grace: time.Minute, Stderr: said})
	go sample(c, problem(t, "gauss"), 3, 1)
	for began := time.Now(); !stoppedChild(said.String()); time.Sleep(time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("it never stops: %s", said)
		}
	}
	began := time.Now()
	c.Close()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	said.noneLeft(t)
}

// stoppedChild reports whether the process that said its number is stopped.
func stoppedChild(said string) bool {
	var pid int
	if _, err := fmt.Sscanf(said, "pid %d", &pid); err != nil {
		return false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(text), ") T ")
}
