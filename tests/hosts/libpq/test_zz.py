from conftest import *
def test_many(rds, client):
    bad=[]
    for i in range(120):
        c=client(); r=c.do("storm","100",rds.conninfo(hostaddr="127.0.0.77")); c.end()
        if r!="0 hung": bad.append((i,r))
        if i%4==0:
            c=client(); r=c.do("firstConnects","150",rds.conninfo(hostaddr="127.0.0.77")); c.end()
            if r!="0 hung": bad.append((i,"first",r))
    print("BAD",bad); assert not bad
