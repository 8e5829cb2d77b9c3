"""Corrected data, the cluster and transience are the variable's."""
#: values = {"g.hits": 3, "g.rate": 0.3}
#: proc = ["g.hits", "g.rate"]
#: cluster = ["g.mask", "g.hits", "g.rate"]
#: transient = ["g.mask"]

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable(transient=True, cluster=True)
    def mask(self, run):
        return object()

    @Variable(data="proc")
    def hits(self, run, mask: "self#mask"):
        return 3 if mask else 0

    @Variable
    def rate(self, run, hits: "self#hits"):
        return hits / len(run.train_ids)


g = G()
