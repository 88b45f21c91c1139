package power

// Kind is what kind of judge an entry is about.
type Kind string

const (
	Engine Kind = "evidence" // ours
	Tool   Kind = "tool"     // as people use it, but for the best number of calls
	Armed  Kind = "armed"    // a tool with the witnesses of our battery
)

const evidenceName = "evidence"

// Entry is how many calls one judge takes to reject one case.
type Entry struct {
	Case  string  `json:"case"`
	Draws int     `json:"draws_a_call"`
	Judge string  `json:"judge"`
	Kind  Kind    `json:"kind"`
	Alpha float64 `json:"alpha"`
	// Median and Ninety are the calls within which half of the runs, and nine in ten,
	// reject; 0 if fewer do within Within calls. For a rival each is the smallest over
	// its plans.
	Median int `json:"median_calls"`
	Ninety int `json:"ninetieth_percentile_calls"`
	Within int `json:"within_calls"`
	// Plan is the number of calls (of the first look) that gave the median; 0 for the
	// evidence, which has no plan.
	Plan   int    `json:"plan,omitempty"`
	Goal   int    `json:"goal_calls,omitempty"` // the design's own median, if any
	Remark string `json:"remark,omitempty"`
}

// NullLevels are the wealths that a right sampler may ever reach with a probability of
// at most their inverses.
var NullLevels = []float64{10, 20, 100, 1000}

// Null is how often the wealth of a right sampler reached each of NullLevels.
type Null struct {
	Case    string `json:"case"`
	Draws   int    `json:"draws_a_call"`
	Reached []int  `json:"runs_that_reached"`
}

// Table is what was measured.
type Table struct {
	Machine     string  `json:"machine"` // and the version of Go
	Runs        int     `json:"runs"`
	Limit       int     `json:"limit_calls"`
	Draws       []int   `json:"draws"`
	Seed        uint64  `json:"seed"`
	Entries     []Entry `json:"entries"`
	NullRuns    int     `json:"null_runs"`
	NullCalls   int     `json:"null_calls"`
	Nulls       []Null  `json:"nulls,omitempty"`
	Interrupted bool    `json:"interrupted"`
}
