"""What is known of a run, in a group."""
#: values = {"g.which": "p1234 r7"}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def which(self, run, number: "meta#run_number", proposal: "meta#proposal"):
        return f"p{proposal} r{number}"


g = G()
