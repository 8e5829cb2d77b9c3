"""A group: its variables have the instance's name before theirs."""
#: order = ["sa2.energy", "sa2.weak"]
#: values = {"sa2.energy": 5.5, "sa2.weak": True}
#: titles = {"sa2.energy": "sa2/Energy", "sa2.weak": "sa2/weak"}
#: tags = {"sa2.energy": [], "sa2.weak": []}

from damnit_ctx import Group, Variable


@Group
class XGM:
    source: str
    offset: float = 0.0

    @Variable(title="Energy", units="uJ")
    def energy(self, run):
        return run[self.source, "energy"].ndarray().mean() + self.offset

    @Variable
    def weak(self, run, energy: "self#energy"):
        return bool(energy < 100)


sa2 = XGM(source="XGM", offset=1.0)
