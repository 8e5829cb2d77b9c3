/* Makes the n-th system call of a kind below a folder fail with a chosen errno, or kills the process
   there: LD_PRELOAD, with the shared state in FI_STATE and the folder in FI_DIR (see injector.py). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#undef open
#undef openat
/* op bits */
enum { OP_OPENW=1, OP_WRITE=2, OP_FSYNC=4, OP_RENAME=8, OP_LINK=16, OP_UNLINK=32, OP_TRUNC=64, OP_MKDIR=128, OP_CHMOD=256, OP_LOCK=512, OP_OPENR=1024, OP_READ=2048 };
struct entry { uint32_t op; uint32_t err; int32_t pid; char what[116]; };
struct state {
  _Atomic int64_t count; _Atomic int64_t at; _Atomic int64_t len; _Atomic int64_t err; _Atomic int64_t mask; _Atomic int64_t injected;
  _Atomic int64_t kill; /* 1: SIGKILL self instead of failing */
  _Atomic int64_t nlog;
  struct entry log[4096];
};
static struct state *S; static const char *DIR_; static size_t DIRN; static int inited;
static void init(void){
  if(inited) return; inited=1;
  const char *p=getenv("FI_STATE"); DIR_=getenv("FI_DIR"); if(!p||!DIR_) return; DIRN=strlen(DIR_);
  int fd=syscall(SYS_openat,AT_FDCWD,p,O_RDWR|O_CLOEXEC); if(fd<0) return;
  void *m=mmap(0,sizeof(struct state),PROT_READ|PROT_WRITE,MAP_SHARED,fd,0); syscall(SYS_close,fd);
  if(m!=MAP_FAILED) S=m;
}
__attribute__((constructor)) static void ctor(void){ init(); }
static int path_in(int dirfd,const char*path,char*out){
  if(!path) return 0;
  if(path[0]=='/'){ snprintf(out,400,"%s",path); }
  else { char b[400]; ssize_t n; if(dirfd==AT_FDCWD){ if(!getcwd(b,sizeof b)) return 0; } else { char l[64]; snprintf(l,64,"/proc/self/fd/%d",dirfd); n=syscall(SYS_readlinkat,AT_FDCWD,l,b,sizeof b-1); if(n<0) return 0; b[n]=0; }
    snprintf(out,400,"%.250s/%.140s",b,path); }
  return strncmp(out,DIR_,DIRN)==0;
}
static int fd_in(int fd,char*out){ char l[64]; snprintf(l,64,"/proc/self/fd/%d",fd); ssize_t n=syscall(SYS_readlinkat,AT_FDCWD,l,out,399); if(n<0) return 0; out[n]=0; return strncmp(out,DIR_,DIRN)==0; }
/* returns errno to inject or 0 */
static int hit(uint32_t op,const char*what){
  if(!S) return 0; int64_t mask=atomic_load(&S->mask); if(!(mask&op)) return 0;
  int64_t n=atomic_fetch_add(&S->count,1); int64_t at=atomic_load(&S->at), len=atomic_load(&S->len); int e=0;
  if(at>=0 && n>=at && n<at+len){ e=(int)atomic_load(&S->err); atomic_fetch_add(&S->injected,1); }
  if(at<0 || e || atomic_load(&S->kill)>=2){ int64_t i=atomic_fetch_add(&S->nlog,1); if(i<4096){ struct entry*E=&S->log[i]; E->op=op; E->err=e; E->pid=getpid(); snprintf(E->what,sizeof E->what,"%s",what+ (strlen(what)>DIRN?DIRN:0)); } }
  if(e && atomic_load(&S->kill)==1) { syscall(SYS_kill,getpid(),9); }
  return e;
}
#define IN init(); if(S)
#define REAL(name) ({ static typeof(&name) f; if(!f) f=dlsym(RTLD_NEXT,#name); f; })
#define OPENBODY(name,callpath,dirfd) \
  mode_t mode=0; if(flags&(O_CREAT|O_TMPFILE)){ va_list a; va_start(a,flags); mode=va_arg(a,mode_t); va_end(a);} \
  IN { char w[400]; if(path_in(dirfd,path,w)){ int e=hit((flags&(O_WRONLY|O_RDWR|O_CREAT))?OP_OPENW:OP_OPENR,w); if(e){ errno=e; return -1; } } }
int open(const char*path,int flags,...){ OPENBODY(open,path,AT_FDCWD) return syscall(SYS_openat,AT_FDCWD,path,flags|O_LARGEFILE,mode); }
int open64(const char*path,int flags,...){ OPENBODY(open64,path,AT_FDCWD) return syscall(SYS_openat,AT_FDCWD,path,flags|O_LARGEFILE,mode); }
int openat(int d,const char*path,int flags,...){ OPENBODY(openat,path,d) return syscall(SYS_openat,d,path,flags|O_LARGEFILE,mode); }
int openat64(int d,const char*path,int flags,...){ OPENBODY(openat64,path,d) return syscall(SYS_openat,d,path,flags|O_LARGEFILE,mode); }
#define FDOP(op,fail) IN { char w[400]; if(fd_in(fd,w)){ int e=hit(op,w); if(e){ errno=e; return fail; } } }
ssize_t write(int fd,const void*b,size_t n){ FDOP(OP_WRITE,-1) return syscall(SYS_write,fd,b,n); }
ssize_t pwrite(int fd,const void*b,size_t n,off_t o){ FDOP(OP_WRITE,-1) return syscall(SYS_pwrite64,fd,b,n,o); }
ssize_t pwrite64(int fd,const void*b,size_t n,off64_t o){ FDOP(OP_WRITE,-1) return syscall(SYS_pwrite64,fd,b,n,o); }
ssize_t writev(int fd,const struct iovec*v,int n){ FDOP(OP_WRITE,-1) return syscall(SYS_writev,fd,v,n); }
ssize_t read(int fd,void*b,size_t n){ FDOP(OP_READ,-1) return syscall(SYS_read,fd,b,n); }
ssize_t pread(int fd,void*b,size_t n,off_t o){ FDOP(OP_READ,-1) return syscall(SYS_pread64,fd,b,n,o); }
ssize_t pread64(int fd,void*b,size_t n,off64_t o){ FDOP(OP_READ,-1) return syscall(SYS_pread64,fd,b,n,o); }
int fsync(int fd){ FDOP(OP_FSYNC,-1) return syscall(SYS_fsync,fd); }
int fdatasync(int fd){ FDOP(OP_FSYNC,-1) return syscall(SYS_fdatasync,fd); }
int ftruncate(int fd,off_t l){ FDOP(OP_TRUNC,-1) return syscall(SYS_ftruncate,fd,l); }
int ftruncate64(int fd,off64_t l){ FDOP(OP_TRUNC,-1) return syscall(SYS_ftruncate,fd,l); }
int fchmod(int fd,mode_t m){ FDOP(OP_CHMOD,-1) return syscall(SYS_fchmod,fd,m); }
int flock(int fd,int o){ FDOP(OP_LOCK,-1) return syscall(SYS_flock,fd,o); }
#define POP(op,d,p) IN { char w[400]; if(path_in(d,p,w)){ int e=hit(op,w); if(e){ errno=e; return -1; } } }
int rename(const char*a,const char*b){ POP(OP_RENAME,AT_FDCWD,b) return syscall(SYS_renameat,AT_FDCWD,a,AT_FDCWD,b); }
int renameat(int x,const char*a,int y,const char*b){ POP(OP_RENAME,y,b) return syscall(SYS_renameat,x,a,y,b); }
int link(const char*a,const char*b){ POP(OP_LINK,AT_FDCWD,b) return syscall(SYS_linkat,AT_FDCWD,a,AT_FDCWD,b,0); }
int linkat(int x,const char*a,int y,const char*b,int f){ POP(OP_LINK,y,b) return syscall(SYS_linkat,x,a,y,b,f); }
int unlink(const char*a){ POP(OP_UNLINK,AT_FDCWD,a) return syscall(SYS_unlinkat,AT_FDCWD,a,0); }
int unlinkat(int d,const char*a,int f){ POP(OP_UNLINK,d,a) return syscall(SYS_unlinkat,d,a,f); }
int mkdir(const char*a,mode_t m){ POP(OP_MKDIR,AT_FDCWD,a) return syscall(SYS_mkdirat,AT_FDCWD,a,m); }
int fcntl(int fd,int cmd,...){ va_list a; va_start(a,cmd); void*arg=va_arg(a,void*); va_end(a); if(cmd==F_SETLK||cmd==F_SETLKW){ struct flock*l=arg; if(l->l_type!=F_UNLCK) FDOP(OP_LOCK,-1) } return syscall(SYS_fcntl,fd,cmd,arg); }
int fcntl64(int fd,int cmd,...){ va_list a; va_start(a,cmd); void*arg=va_arg(a,void*); va_end(a); if(cmd==F_SETLK||cmd==F_SETLKW){ struct flock*l=arg; if(l->l_type!=F_UNLCK) FDOP(OP_LOCK,-1) } return syscall(SYS_fcntl,fd,cmd,arg); }
