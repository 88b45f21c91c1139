package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

var largePeaks = flag.Bool("peaks", false, "measure the memory of large judgements, too")

// announced matches what an error says that is needed.
var announced = regexp.MustCompile(`needs about ([0-9.]+) ([MG])B`)

// TestPeak: what a judgement takes at its peak is what is announced where it is not allowed to, within a
// factor of 1.5 above and 1.7 below: how much the collector has left by then depends on the number of
// processors and on what else runs, and is between nothing and as much again as there is.
func TestPeak(t *testing.T) {
	folder := t.TempDir()
	points := func(name string, n, d int) string {
		var file bytes.Buffer
		header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }\n", n, d)
		file.WriteString("\x93NUMPY\x01\x00")
		_ = binary.Write(&file, binary.LittleEndian, uint16(len(header)))
		file.WriteString(header)
		for i := range n * d {
			_ = binary.Write(&file, binary.LittleEndian, float32((i*7919+i/977)%10007)/10007)
		}
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, file.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sizes := []string{
		"exact --on gauss --calls 3 --draws 6000",
		"exact --on gauss:d=64,m=32 --calls 3 --draws 5000",
		"exact --on gauss --calls 3 --local 2000",
		"prior --on gauss:d=500,m=500 --calls 1",
		"prior --on gmm:d=1000,dy=500 --calls 1",
		"prior --on hard:goldreich:n=1024,m=1024 --calls 1",
		"exact --op inpaint --calls 3 --data " + points("small.npy", 2000, 100),
	}
	if testing.Short() {
		sizes = sizes[2:4]
	}
	if *largePeaks {
		sizes = append(sizes, "exact --on gauss --calls 3 --draws 10000", "exact --on gauss --calls 3 --draws 10000 --jobs 1",
			"exact --on gauss:d=64,m=32 --calls 3 --draws 10000", "exact --on gauss --calls 3 --local 10000",
			"exact --on gauss:d=32,m=16 --calls 3 --local 5000",
			"prior --on gauss:d=1000,m=2 --calls 1", "exact --on gauss:d=1000,m=500 --calls 1",
			"prior --on hard:goldreich:n=2048,m=1024 --calls 1", "prior --on hard:keccak --calls 1",
			"exact --op identity --calls 3 --data "+points("images.npy", 5000, 784),
			"prior --op identity --calls 3 --data "+points("long.npy", 5, 20000),
			"exact --op inpaint --calls 3 --data "+points("many.npy", 200_000, 20))
	}
	for _, size := range sizes {
		args := append([]string{"check", "--terse"}, strings.Fields(size)...)
		var said bytes.Buffer
		refused := assayIn(folder, append(args, "--judge-memory", "48M")...)
		refused.Stderr = &said
		if _ = refused.Run(); refused.ProcessState.ExitCode() != exitUsage || strings.Count(said.String(), "\n") != 1 {
			t.Fatalf("%s: exit %d\n%s", size, refused.ProcessState.ExitCode(), &said)
		}
		found := announced.FindStringSubmatch(said.String())
		if found == nil {
			t.Fatalf("%s: no estimate in %s", size, &said)
		}
		need, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		if need *= 1e6; found[2] == "G" {
			need *= 1e3
		}
		allowed := assayIn(folder, args...)
		_ = allowed.Run() // whatever the verdict is
		usage, ok := allowed.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			t.Fatal("no usage")
		}
		peak := float64(usage.Maxrss) * 1024
		t.Logf("%s: announced %.0f MB, peak %.0f MB, %.2f times that", size, need/1e6, peak/1e6, peak/need)
		if peak > 1.5*need || peak < need/1.7 {
			t.Errorf("%s: announced %.0f MB, peak %.0f MB", size, need/1e6, peak/1e6)
		}
	}
}
