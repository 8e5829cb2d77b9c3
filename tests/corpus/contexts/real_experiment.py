"""A bit of everything, as an instrument has it."""
#: values = {"sample": "unknown", "xgm.energy": 4.5, "scan.steps": 3,
#:           "scan.per_step": 1.5, "summary": "r7: 4.5 uJ in 3 steps"}
#: errors = {"hits": ("Skip", "dark run")}
#: proc = ["hits"]
#: transient = ["positions"]
#: tags = {"xgm.energy": ["beam", "xgm"], "scan.steps": [], "scan.per_step": []}

from damnit_ctx import Cell, Group, Skip, Variable


@Group(tags=["beam"])
class XGM:
    source: str = "XGM"

    @Variable(title="Energy", units="uJ", tags="xgm")
    def energy(self, run):
        return run[self.source, "energy"].ndarray().mean()


@Variable(transient=True)
def positions(run):
    return [0, 0, 1, 1, 1, 2, 2]


@Group
class Scan:
    xgm: XGM = None

    @Variable(title="Steps")
    def steps(self, run, positions: "var#positions"):
        return len(set(positions))

    @Variable(title="Energy per step")
    def per_step(self, run, steps: "self#steps", energy: "self#xgm.energy" = None):
        if energy is None:
            raise Skip("no XGM")
        return energy / steps


xgm = XGM(title="XGM SA2")
scan = Scan(xgm=xgm)


@Variable(title="Sample")
def sample(run, name: "param#sample" = "unknown"):
    return name


@Variable(title="Detector/Hits", data="proc")
def hits(run):
    raise Skip("dark run")


@Variable(title="Summary")
def summary(run, number: "meta#run_number", energy: "var#xgm.energy", steps: "var#scan.steps"):
    return Cell(f"r{number}: {energy} uJ in {steps} steps", bold=True)
