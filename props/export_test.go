package props

// WitnessCode is for tests from outside.
var WitnessCode = witnessCode
