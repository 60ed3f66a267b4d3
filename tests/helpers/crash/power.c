/* Remembers what was brought to the disk: at each fsync and fdatasync of the process that it is preloaded into, a copy
   of the file, or a list of the names in the folder, under a key that no other file ever has (inode and birth). */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char kept[3072];

void power_watch(const char *folder) { snprintf(kept, sizeof kept, "%s", folder); }

static int key_at(int at, const char *name, char *key, size_t size, int *is_folder) {
    struct statx found;
    if (statx(at, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_TYPE | STATX_BTIME, &found)) return -1;
    *is_folder = S_ISDIR(found.stx_mode);
    snprintf(key, size, "%llu-%lld-%u", (unsigned long long)found.stx_ino, (long long)found.stx_btime.tv_sec,
             found.stx_btime.tv_nsec);
    return 0;
}

int power_key(const char *path, char *key, size_t size) {
    int is_folder;
    return key_at(AT_FDCWD, path, key, size, &is_folder);
}

static void keep_names(int fd, FILE *out) {
    /* A descriptor of its own: the folder's is not to be moved. */
    DIR *folder = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY));
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        char key[96];
        int is_folder;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        if (!key_at(dirfd(folder), entry->d_name, key, sizeof key, &is_folder))
            fprintf(out, "%s %d %s\n", key, is_folder, entry->d_name);
    }
    if (folder) closedir(folder);
}

static void keep_bytes(int fd, FILE *out) {
    /* Through the descriptor itself where it can read: closing another one would drop SQLite's locks on the file. */
    char buffer[65536], name[64];
    ssize_t count = pread(fd, buffer, sizeof buffer, 0);
    int own = -1;
    if (count < 0 && errno == EBADF) {
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        fd = own = open(name, O_RDONLY);
        count = pread(fd, buffer, sizeof buffer, 0);
    }
    for (off_t at = 0; count > 0; count = pread(fd, buffer, sizeof buffer, at)) {
        fwrite(buffer, 1, (size_t)count, out);
        at += count;
    }
    if (own >= 0) close(own);
}

static void keep(int fd) {
    char key[96], path[4096], temporary[4104];
    int is_folder;
    if (!kept[0] || key_at(fd, "", key, sizeof key, &is_folder)) return;
    snprintf(path, sizeof path, "%s/%s", kept, key);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *out = fopen(temporary, "wb");
    if (!out) return;
    if (is_folder) keep_names(fd, out);
    else keep_bytes(fd, out);
    fclose(out);
    rename(temporary, path);
}

int power_keep(const char *path) {
    int fd = open(path, O_RDONLY);
    if (fd < 0) return -1;
    keep(fd);
    return close(fd);
}

static int synced(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int result = real(fd);
    if (!result) keep(fd);
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
