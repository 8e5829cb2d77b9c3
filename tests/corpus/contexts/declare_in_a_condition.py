"""Variables that exist under a condition."""
#: order = ["here"]
#: values = {"here": 1}

from damnit_ctx import Variable

if 1 + 1 == 2:

    @Variable
    def here(run):
        return 1

else:

    @Variable
    def there(run):
        return 2
