"""A group in a group."""
#: values = {"mid.detector.photons": 100, "mid.per_train": 10.0}
#: titles = {"mid.detector.photons": "mid/detector/Photons", "mid.per_train": "MID/Per train"}

from damnit_ctx import Group, Variable


@Group
class Detector:
    scale: int = 1

    @Variable(title="Photons")
    def photons(self, run):
        return 10 * self.scale


@Group
class Instrument:
    detector: Detector

    @Variable(title="Per train")
    def per_train(self, run, photons: "self#detector.photons"):
        return photons / len(run.train_ids)


mid = Instrument(detector=Detector(scale=10), title="MID")
