//go:build !linux

package external

// kin is a program and the process group that it leads, where there are such: the system does
// not say what became of those that left it.
type kin struct{ root int }

func newKin(root int, _ string) *kin { return &kin{root: root} }

func ownKin() *kin { return &kin{} }

func (k *kin) but(*kin) {}

func (k *kin) first() relative { return relative{pid: k.root} }

// find returns the group, if there is anyone in it.
func (k *kin) find() []relative {
	if k.root > 0 && groupAlive(k.root) {
		return []relative{k.first()}
	}
	return nil
}

func (k *kin) ask()  { askGroup(k.root) }
func (k *kin) kill() { killGroup(k.root) }

func becomeSubreaper() bool { return false }

func waitForAdopted(map[int]*process) {}
