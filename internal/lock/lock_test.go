package lock

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// The test is a program that holds the file named in the environment until its input ends.
func TestMain(m *testing.M) {
	if path := os.Getenv("HOLD"); path != "" {
		if _, err := Hold(path); err != nil {
			os.Exit(1)
		}
		os.Stdout.WriteString("held\n")
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestHeldByAnother: what another process holds is not held here until that ends, killed too.
func TestHeldByAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a lock")
	for _, kill := range []bool{false, true} {
		holder := exec.Command(os.Args[0])
		holder.Env = append(os.Environ(), "HOLD="+path)
		in, err := holder.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := holder.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := holder.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatalf("the holder says %q, %v", line, err)
		}
		if _, err := Hold(path); !errors.Is(err, ErrHeld) {
			t.Errorf("it is held, and holding it gives %v", err)
		}
		if kill {
			holder.Process.Kill()
		}
		in.Close()
		_ = holder.Wait() // killed it ends with an error
		h, err := Hold(path)
		if err != nil {
			t.Fatalf("after its end: %v", err)
		}
		h.Release()
	}
}

// TestOneHolder: of many who hold and release at once there is one at a time, though the file comes
// and goes.
func TestOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a lock")
	var holders, times atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				h, err := Hold(path)
				if errors.Is(err, ErrHeld) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold it", n)
				}
				times.Add(1)
				holders.Add(-1)
				h.Release()
			}
		})
	}
	wg.Wait()
	if times.Load() == 0 {
		t.Error("nobody ever held it")
	}
	if _, err := Hold(filepath.Join(path, "none", "lock")); err == nil || errors.Is(err, ErrHeld) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}
