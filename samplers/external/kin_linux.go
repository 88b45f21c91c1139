package external

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// kin is a program and what it started, as far as /proc shows it: whatever descends from
// it, is in its process group, or has its mark in the environment, which children inherit
// and have no reason to change. Once seen, a process stays one of them, whoever its parent is
// then.
type kin struct {
	root  int
	since uint64 // when it began
	mark  []byte // nil for none
	self  bool   // root is this process, which is not one of them

	mu      sync.Mutex
	members map[int]uint64 // when each began, by number: numbers are used again
	spared  map[int]uint64 // which are left alone with all that they start
}

// newKin is the kin of a process that was just started and has not been waited for.
func newKin(root int, mark string) *kin {
	k := &kin{root: root, mark: []byte(mark), members: map[int]uint64{}}
	if p, ok := readStat(root); ok {
		k.since, k.members[root] = p.began, p.began
	}
	return k
}

// ownKin is what descends from this process, now and later.
func ownKin() *kin {
	k := newKin(os.Getpid(), "")
	k.self = true
	k.find()
	return k
}

// but leaves alone what others are.
func (k *kin) but(others *kin) { k.spared = maps.Clone(others.members) }

func (k *kin) first() relative {
	p, _ := readStat(k.root)
	return relative{k.root, p.group, p.name}
}

// find returns those that have not ended.
func (k *kin) find() (alive []relative) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := processes()
	for _, known := range []map[int]uint64{k.members, k.spared} {
		maps.DeleteFunc(known, func(pid int, began uint64) bool { return all[pid].began != began })
	}
	for pid, p := range all {
		if _, known := k.members[pid]; known || k.self || p.began < k.since {
			continue
		}
		if p.group == k.root || hasMark(pid, k.mark) {
			k.members[pid] = p.began
		}
	}
	for grown := true; grown; {
		grown = false
		for pid, p := range all {
			_, known := k.members[pid]
			_, parent := k.members[p.parent]
			if spared, ok := k.spared[pid]; ok && spared == p.began && pid != k.root {
				continue
			}
			if parent && !known {
				k.members[pid], grown = p.began, true
			}
		}
	}
	for pid := range k.members {
		if p := all[pid]; p.state != 'Z' && p.state != 'X' && !(k.self && pid == k.root) {
			alive = append(alive, relative{pid, p.group, p.name})
		}
	}
	return alive
}

// ask asks all of them to end. One that is stopped is woken, as it would not hear it.
func (k *kin) ask() { k.signal(syscall.SIGTERM, syscall.SIGCONT) }

// kill ends all of them by force.
func (k *kin) kill() { k.signal(syscall.SIGKILL) }

// signal sends signals to each of them, and to those of the group at once, so that none of it
// starts another meanwhile.
func (k *kin) signal(signals ...syscall.Signal) {
	found := k.find()
	grouped := !k.self && slices.ContainsFunc(found, func(one relative) bool { return one.group == k.root })
	for _, s := range signals {
		if grouped {
			syscall.Kill(-k.root, s)
		}
		for _, one := range found {
			if !grouped || one.group != k.root {
				syscall.Kill(one.pid, s)
			}
		}
	}
}

// stat is what the kernel says of a process.
type stat struct {
	name          string
	state         byte
	parent, group int
	began         uint64 // in ticks since the machine was started
}

// processes returns all that /proc shows, by number.
func processes() map[int]stat {
	all := map[int]stat{}
	folder, err := os.Open("/proc")
	if err != nil {
		return all
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			if p, ok := readStat(pid); ok {
				all[pid] = p
			}
		}
	}
	return all
}

// readStat reads /proc/PID/stat; see proc_pid_stat(5). The name, in parentheses, may hold
// anything, parentheses too, so that the fields begin after the last of them.
func readStat(pid int) (p stat, ok bool) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	open, close := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if err != nil || open < 0 || close < open {
		return p, false
	}
	fields := bytes.Fields(text[close+1:]) // from the third field on
	if len(fields) < 20 {
		return p, false
	}
	p.name, p.state = string(text[open+1:close]), fields[0][0]
	p.parent, _ = strconv.Atoi(string(fields[1]))
	p.group, _ = strconv.Atoi(string(fields[2]))
	p.began, _ = strconv.ParseUint(string(fields[19]), 10, 64)
	return p, true
}

// hasMark reports whether a process has the mark in its environment. One whose environment
// is not ours to read has not.
func hasMark(pid int, mark []byte) bool {
	environ, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	if err != nil {
		return false
	}
	for line := range bytes.SplitSeq(environ, []byte{0}) {
		if bytes.Equal(line, mark) {
			return true
		}
	}
	return false
}

// becomeSubreaper makes this process the parent of descendants that lose theirs.
func becomeSubreaper() bool {
	return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == nil
}

// waitForAdopted waits for the children of this process that have ended, except for those of
// the given ones, and those of its own process group: others started them, and wait for them.
func waitForAdopted(but map[int]*process) {
	own, group := os.Getpid(), syscall.Getpgrp()
	for pid, p := range processes() {
		if p.parent == own && p.state == 'Z' && p.group != group && but[pid] == nil {
			syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
		}
	}
}
